import { type DirectoryBody, type DirectoryRecord, maySee, type Principal, type Subject } from '@liveboard/access';
import { type AccessEntry, READS } from '@liveboard/contracts';
import { z } from 'zod';
import { createTail } from './tail.ts';

/** A record of `live.access`: somebody read history. Its instant is the broker's time. */
export const readRecord = z.object({
  v: z.literal(1),
  by: z.string().min(1).max(200),
  what: z.enum(READS),
  partner_id: z.string().optional(),
  account_id: z.string().optional(),
  shop_id: z.string().optional(),
  room_id: z.string(),
  range: z.object({ from: z.number(), to: z.number() }),
  contract_id: z.string().optional(),
});
export type ReadRecord = z.infer<typeof readRecord>;

/** Where an entry stands in the list, which is ordered by all three. */
export interface Place {
  readonly at: number;
  readonly source: 'read' | 'step';
  readonly seq: number;
}
export interface Listed extends Place {
  readonly entry: AccessEntry;
}

/** The newest steps and reads, in bounded memory: the same in every gateway, as they come from the same logs. */
export interface AccessLog {
  /** Takes the next record of the directory that took effect; `at`: its broker time, ms. */
  step(record: DirectoryRecord, at: number): void;
  /** Takes the next record of `live.access`. False: it is none of ours. */
  read(value: unknown, at: number, offset: number): boolean;
  /** What `principal` may know of, newest first, from the first one behind `after` on. */
  list(principal: Principal, subject: Subject | undefined, after?: Place): readonly Listed[];
}

const newestFirst = (a: Place, b: Place): number =>
  b.at - a.at || (a.source === b.source ? b.seq - a.seq : a.source === 'step' ? -1 : 1);

const isAbout = (entry: AccessEntry, { account_id, shop_id }: Subject): boolean =>
  account_id === undefined ? entry.shop_id === shop_id : entry.account_id === account_id;

type Grant = DirectoryBody<'authorization'>;

const stepName = (before: Grant | undefined, { state }: Grant, at: number): string => {
  const wasGranted = before?.state === 'granted' && (before.expires_at === undefined || at < before.expires_at);
  return wasGranted && state === 'granted' ? 'edited' : state;
};

/** `keep`: how many steps, and how many records of reads, are kept. */
export const createAccessLog = (keep: number): AccessLog => {
  const steps = createTail<AccessEntry & Place>(keep);
  const reads = createTail<AccessEntry & Place>(keep);
  const last = new Map<string, Grant>();
  let count = 0;
  return {
    step: ({ kind, id, by, body }, at) => {
      if (kind !== 'authorization') return;
      const { partner_id, account_id, shop_id, contract_id, scopes } = body;
      const about = { partner_id, account_id, shop_id, contract_id, scopes };
      steps.push(++count, { ...about, at, by, what: stepName(last.get(id), body, at), source: 'step', seq: count });
      last.set(id, body);
    },
    read: (value, at, offset) => {
      const parsed = readRecord.safeParse(value);
      reads.reach(offset);
      if (!parsed.success) return false;
      const { v: _, ...read } = parsed.data;
      reads.push(offset, { ...read, at, source: 'read', seq: offset });
      return true;
    },
    list: (principal, subject, after) =>
      [...steps.all(), ...reads.all()]
        .filter(
          (each) =>
            maySee(principal, { ...each, partner_id: each.partner_id ?? '' }) &&
            (subject === undefined || isAbout(each, subject)) &&
            (after === undefined || newestFirst(after, each) < 0),
        )
        .sort(newestFirst)
        .map(({ source, seq, ...entry }) => ({ at: entry.at, source, seq, entry })),
  };
};
