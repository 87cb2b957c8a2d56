import { type FocusEvent, type KeyboardEvent, useCallback, useLayoutEffect, useRef } from 'react';

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};
const CELL = '[data-col][data-row]';

const placeOf = (cell: HTMLElement): readonly [number, number] => [Number(cell.dataset.row), Number(cell.dataset.col)];

interface GridKeys {
  /** Shift with an arrow on a lane: where its column shall go. */
  readonly move: (roomId: string, step: -1 | 1) => void;
  readonly open: (cell: HTMLElement) => void;
}

/**
 * One tab stop for the whole grid; arrows move within it. The stop is kept on the elements themselves, so that moving
 * it paints nothing.
 */
export const useGridKeys = ({ move, open }: GridKeys) => {
  const grid = useRef<HTMLTableElement>(null);

  const stopAt = useCallback((cell: HTMLElement): void => {
    for (const other of grid.current?.querySelectorAll<HTMLElement>(`${CELL}[tabindex="0"]`) ?? []) other.tabIndex = -1;
    cell.tabIndex = 0;
  }, []);

  // Lanes come and go; one cell is always reachable.
  useLayoutEffect(() => {
    if (grid.current?.querySelector(`${CELL}[tabindex="0"]`) !== null) return;
    const first = grid.current.querySelector<HTMLElement>(CELL);
    if (first !== null) first.tabIndex = 0;
  });

  const goTo = useCallback(
    (row: number, col: number): boolean => {
      const cell = grid.current?.querySelector<HTMLElement>(`[data-row="${row}"][data-col="${col}"]`);
      if (cell === null || cell === undefined) return false;
      stopAt(cell);
      cell.focus();
      return true;
    },
    [stopAt],
  );

  const onKeyDown = (event: KeyboardEvent): void => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>(CELL);
    if (cell === null || event.target !== cell) return;
    const step = STEPS[event.key];
    const [row, col] = placeOf(cell);
    const room = cell.dataset.room;
    if (step !== undefined && event.shiftKey && step[1] !== 0 && room !== undefined) {
      event.preventDefault();
      move(room, step[1] > 0 ? 1 : -1);
      requestAnimationFrame(() => goTo(row, col + step[1]));
    } else if (step !== undefined) {
      event.preventDefault();
      goTo(row + step[0], col + step[1]);
    } else if (event.key === 'Home' || event.key === 'End') {
      event.preventDefault();
      const cols = [...(grid.current?.querySelectorAll<HTMLElement>(`[data-row="${row}"]`) ?? [])];
      goTo(row, Number((event.key === 'Home' ? cols[0] : cols.at(-1))?.dataset.col));
    } else if (event.key === 'Enter') open(cell);
  };

  const onFocus = (event: FocusEvent): void => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>(CELL);
    if (cell !== null) stopAt(cell);
  };
  return { grid, onKeyDown, onFocus, goTo };
};
