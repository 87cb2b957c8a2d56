import { formatLength } from '../format/time.ts';
import type { Picture } from '../live/painter.ts';

const BEHIND_MS = 2_000;
/** A restart that is over so quickly is nobody's business. */
const QUIET_MS = 2_000;

export interface Fresh {
  readonly level: 'live' | 'behind' | 'cut';
  readonly text: string;
}

const REASONS: Readonly<Record<string, string>> = {
  lease: 'Slots are being confirmed, numbers wait',
  redis: 'The live store is away, numbers stand still',
  directory: 'Rights cannot be confirmed right now',
  slow: 'Your connection is slow, fewer updates',
};

/** How old what is on the screen is, in words. `now` in server time, `local` this machine's, ms. */
export const freshnessOf = (picture: Picture, lags: readonly number[], now: number, local: number): Fresh => {
  const { link, heardAt, degraded } = picture;
  if (link.kind !== 'open') {
    const age = formatLength(Math.max(0, now - heardAt));
    if (link.kind === 'waiting') {
      const next = Math.max(0, Math.ceil((link.retryAt - local) / 1_000));
      return { level: 'cut', text: `Stale ${age}, reconnecting. Next try in ${next} s` };
    }
    if (link.kind === 'connecting')
      return now - heardAt < QUIET_MS
        ? { level: 'behind', text: 'Connecting' }
        : { level: 'cut', text: `Stale ${age}, reconnecting` };
    return { level: 'cut', text: 'Not connected' };
  }
  for (const reason of ['redis', 'lease', 'directory', 'slow'] as const)
    if (degraded.has(reason))
      return { level: reason === 'slow' || reason === 'directory' ? 'behind' : 'cut', text: REASONS[reason] ?? reason };
  if (lags.length === 0) return { level: 'live', text: 'Connected' };
  const lag = Math.max(...lags);
  return lag > BEHIND_MS
    ? { level: 'behind', text: `${Math.round(lag / 1_000)} s behind` }
    : { level: 'live', text: `Live · ${(lag / 1_000).toFixed(1)} s behind` };
};
