import { type RoomState, RULES } from '@liveboard/contracts';
import type { Lane } from '../live/painter.ts';

/** A room without an event for so long is stale, ms. */
const SILENT_MS = 30_000;
/** A partition's clock moves every 5 s whatever happens: where it stood for so long, nobody counts, ms. */
const STOPPED_MS = 8_000;

/** What is the matter with a room, the first that applies. `silentMs` is how long it has said nothing. */
export type Condition =
  | { readonly kind: 'gone'; readonly code: string }
  | { readonly kind: 'opening' }
  | { readonly kind: 'ended'; readonly at: number }
  | { readonly kind: 'stale'; readonly silentMs: number; readonly source: boolean; readonly lastAt: number }
  | { readonly kind: RoomState };

/** `now` in server time, ms, as long as the feed is open: without it nothing can be said about one room. */
export const conditionOf = (lane: Lane | undefined, now: number): Condition => {
  if (lane === undefined) return { kind: 'opening' };
  const { entry, shown } = lane;
  if (entry.phase === 'gone') return { kind: 'gone', code: entry.gone?.code ?? '' };
  if (entry.state === undefined) return { kind: 'opening' };
  if (entry.phase === 'ended') return { kind: 'ended', at: entry.ended?.ended_at ?? now };
  const { health } = entry.state.live;
  const silentMs = now - health.last_event_at;
  const source = entry.stale || now - health.stream_time > STOPPED_MS;
  if (source || silentMs > SILENT_MS)
    return { kind: 'stale', silentMs: Math.max(0, silentMs), source, lastAt: health.last_event_at };
  return { kind: shown.compare?.state ?? 'warming_up' };
};

/** Whether the room's changes may be believed now. */
export const isMoving = ({ kind }: Condition): boolean =>
  kind !== 'gone' && kind !== 'opening' && kind !== 'ended' && kind !== 'stale';

/** What a whole column is tinted with. */
export type Tone = 'good' | 'bad' | 'none';

/** Minutes of the base that stand behind a room's comparison, where it is not all five. */
export const baseNote = (baseMinutes: number): string | undefined =>
  baseMinutes > 0 && baseMinutes < RULES.baseMinutes ? `base ${baseMinutes} of ${RULES.baseMinutes}` : undefined;
