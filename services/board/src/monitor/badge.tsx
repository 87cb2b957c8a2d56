import type { Condition } from './condition.ts';
import { conditionWord } from './words.ts';

const GLYPHS: Partial<Record<Condition['kind'], string>> = { trouble: '▼', peak: '▲', watch: '▼' };

const Clock = () => (
  <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" className="glyph">
    <circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" strokeWidth="1.3" />
    <path d="M6 3.4V6l1.7 1.2" fill="none" stroke="currentColor" strokeWidth="1.3" strokeLinecap="round" />
  </svg>
);

export const Lock = ({ size = 12 }: { readonly size?: number }) => (
  <svg viewBox="0 0 12 12" width={size} height={size} aria-hidden="true" className="glyph">
    <rect x="2" y="5.2" width="8" height="5.3" rx="1.2" fill="none" stroke="currentColor" strokeWidth="1.2" />
    <path d="M4 5V3.6a2 2 0 0 1 4 0V5" fill="none" stroke="currentColor" strokeWidth="1.2" />
  </svg>
);

/** A room's condition: word, glyph and colour, never colour alone. */
export const Badge = ({ condition }: { readonly condition: Condition }) => {
  const { kind } = condition;
  if (kind === 'opening') return <span className="badge bone is-badge" />;
  return (
    <span className={`badge is-${kind}`}>
      {GLYPHS[kind] !== undefined && (
        <span className="badge-arrow" aria-hidden="true">
          {GLYPHS[kind]}
        </span>
      )}
      {(kind === 'stale' || kind === 'warming_up') && <Clock />}
      {kind === 'gone' && <Lock />}
      {conditionWord(condition)}
    </span>
  );
};
