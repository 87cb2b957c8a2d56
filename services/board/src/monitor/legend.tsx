/** What the three looks of a change mean, and the keys used most. */
export const Legend = ({ kiosk }: { readonly kiosk: boolean }) => (
  <footer className="legend">
    <span>Grey change: within normal minute-to-minute noise.</span>
    <span>Coloured: beyond noise, 10% or more.</span>
    <span>Filled: 25% or more.</span>
    {!kiosk && (
      <span className="legend-keys">
        <span>
          <kbd>P</kbd> pause
        </span>
        <span>
          <kbd>V</kbd> total or minute
        </span>
        <span>
          <kbd>A</kbd> add a room
        </span>
        <span>
          <kbd>S</kbd> swap a room
        </span>
        <span>
          <kbd>F</kbd> big screen
        </span>
        <span>
          <kbd>?</kbd> all keys
        </span>
      </span>
    )}
  </footer>
);
