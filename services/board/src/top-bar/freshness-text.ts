import { formatLength } from '../format/time.ts';
import type { Lane, Picture } from '../live/painter.ts';
import type { Condition } from '../monitor/condition.ts';

const BEHIND_MS = 2_000;
/** A restart that is over so quickly is nobody's business. */
const QUIET_MS = 2_000;

/** Longer than a quiet partition's clock stands between two ticks. */
const WAITING_MS = 7_000;

/**
 * How far a room's numbers are behind, ms: as they came, or longer where nothing has come since. Undefined where that says
 * nothing: a room that is over, or not there.
 */
export const lagOf = ({ kind }: Condition, lane: Lane | undefined, now: number): number | undefined => {
  const { lagMs, state } = lane?.entry ?? {};
  if (lagMs === undefined || state === undefined || kind === 'gone' || kind === 'ended') return undefined;
  const since = now - state.live.health.stream_time;
  return since > WAITING_MS ? since : lagMs;
};

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
