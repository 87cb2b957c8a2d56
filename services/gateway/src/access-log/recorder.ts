import { isWithin, type Principal, union } from '@liveboard/access';
import type { Permit, READS, RoomInfo } from '@liveboard/contracts';
import type { ReadRecord } from './entries.ts';

/** Something of history that is about to be shown. */
export interface HistoryRead {
  readonly what: (typeof READS)[number];
  readonly room: Pick<RoomInfo, 'room_id' | 'account_id' | 'shop_id'>;
  /** Of what is shown, half-open, ms. */
  readonly range: { readonly from: number; readonly to: number };
  readonly permits: readonly Permit[];
}

export interface Recorder {
  /** Resolves once all of it stands in the log, by this record or by one that it is joined to. Rejects where that is not known. */
  record(principal: Principal, reads: readonly HistoryRead[]): Promise<void>;
}

/** For how long reads of the same room, by the same person, under the same contract are joined to those recorded since the first one, ms. */
export const JOIN_MS = { minutes: 60_000, totals: 3_600_000 } as const;
const MOST_JOINED = 20_000;

/** What was recorded of one room for one person under one contract, since the first look. */
interface Joined {
  readonly until: number;
  parts: readonly { readonly range: HistoryRead['range']; readonly done: Promise<unknown> }[];
}

/** One record for each contract, with what it permitted. */
const recordsOf = (
  { sub, partner_id }: Principal,
  { what, room, range, permits }: HistoryRead,
): readonly ReadRecord[] => {
  const { room_id, account_id, shop_id } = room;
  const about = {
    v: 1,
    by: sub,
    what,
    ...(partner_id === undefined ? {} : { partner_id }),
    ...(account_id === undefined ? {} : { account_id }),
    ...(shop_id === undefined ? {} : { shop_id }),
    room_id,
  } as const;
  if (permits.length === 0) return [{ ...about, range }];
  return permits.flatMap(({ contract_id, from, to }) => {
    const part = { from: Math.max(range.from, from), to: Math.min(range.to, to ?? range.to) };
    return part.from < part.to ? [{ ...about, range: part, contract_id }] : [];
  });
};

/** `write`: resolves once the records are in the log. `now`: ms. */
export const createRecorder = (
  write: (records: readonly ReadRecord[]) => Promise<unknown>,
  now: () => number,
): Recorder => {
  const joined = new Map<string, Joined>();

  const forget = (at: number): void => {
    if (joined.size < MOST_JOINED) return;
    for (const [key, { until }] of joined) if (until <= at || joined.size >= MOST_JOINED) joined.delete(key);
  };

  const heldFor = (record: ReadRecord, at: number): Joined => {
    const key = JSON.stringify([record.by, record.partner_id, record.what, record.room_id, record.contract_id]);
    const held = joined.get(key);
    if (held !== undefined && at < held.until) return held;
    const made: Joined = { until: at + JOIN_MS[record.what], parts: [] };
    joined.set(key, made);
    return made;
  };

  return {
    record: async (principal, reads) => {
      // A host reads what is its own.
      if (principal.role === 'host') return;
      const at = now();
      forget(at);
      const waits = new Set<Promise<unknown>>();
      const fresh: { readonly held: Joined; readonly record: ReadRecord }[] = [];
      for (const record of reads.flatMap((each) => recordsOf(principal, each))) {
        const held = heldFor(record, at);
        // Parts together say as much as a whole: whoever asks for them in turn is not recorded again and again.
        if (isWithin(union(held.parts.map(({ range }) => range)), record.range.from, record.range.to))
          for (const { done } of held.parts) waits.add(done);
        else fresh.push({ held, record });
      }
      if (fresh.length > 0) {
        const done = write(fresh.map(({ record }) => record));
        waits.add(done);
        for (const { held, record } of fresh) held.parts = [...held.parts, { range: record.range, done }];
        done.catch(() => {
          // What may not stand in the log, nothing is joined to.
          for (const { held } of fresh) held.parts = held.parts.filter((part) => part.done !== done);
        });
      }
      await Promise.all(waits);
    },
  };
};
