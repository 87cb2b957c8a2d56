import type { MinuteRow } from '@liveboard/contracts';
import type { HistoryReader, StoredMinute } from '@liveboard/history-store';
import type { StoredRoom } from '@liveboard/live-store';
import { Refusal } from '../problem.ts';

/** The most rows of an answer. */
export const MAX_MINUTES = 1_440;

/** From `from` up to, not at, `to`; ms. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const isNewer = (a: StoredMinute, b: StoredMinute): boolean =>
  a.generation === b.generation ? a.row.rev > b.row.rev : a.generation > b.generation;

/** One row a minute, oldest first; of two the higher version, and of equal ones the first, whose details are whole. */
const merge = (...lists: readonly (readonly StoredMinute[])[]): MinuteRow[] => {
  const rows = new Map<number, StoredMinute>();
  for (const each of lists.flat()) {
    const held = rows.get(each.row.minute);
    if (held === undefined || isNewer(each, held)) rows.set(each.row.minute, each);
  }
  return [...rows.values()].map(({ row }) => row).sort((a, b) => a.minute - b.minute);
};

/**
 * A room's closed and final minutes in a range, at most the newest day of them. Redis holds the newest without a hole; what
 * is older stands in history, where there is one. @throws Refusal where the range would be answered in part only.
 */
export const readMinutes = async (
  history: Pick<HistoryReader, 'minutes'> | undefined,
  roomId: string,
  { generation, minutes: held }: Pick<StoredRoom, 'generation' | 'minutes'>,
  { from, to }: Range,
): Promise<readonly MinuteRow[]> => {
  const isAsked = ({ minute }: MinuteRow): boolean => minute >= from && minute < to;
  const isCovered = held[0] !== undefined && held[0].minute <= from;
  if (history === undefined || isCovered) return held.filter(isAsked).slice(-MAX_MINUTES);
  // History writes a room's minutes in their order: with this one it has all before it.
  const known = held.find(({ state }) => state === 'final')?.minute;
  const stored = await history.minutes(roomId, { from, to, limit: MAX_MINUTES + 1, also: known }).catch(() => {
    throw new Refusal('UNAVAILABLE', 'older minutes cannot be read now: ClickHouse does not answer');
  });
  if (known !== undefined && !stored.some(({ row }) => row.minute === known))
    throw new Refusal('UNAVAILABLE', 'older minutes cannot be read now: history has not written them yet');
  return merge(
    stored,
    held.map((row) => ({ generation, row })),
  )
    .filter(isAsked)
    .slice(-MAX_MINUTES);
};
