import type { Ledger } from '@liveboard/contracts';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { agreeOnLog, type LogName } from './log-name.ts';
import claimLua from './lua/claim.lua';
import flushLua from './lua/flush.lua';

/** One room of a flush: fields of its hash to write and to forget, its card where due, the messages for its channel. */
export interface RoomWrite {
  readonly room_id: string;
  /** `fields` are all that there is of the room, and its hash holds nothing else from now on; else they change what it holds. */
  readonly whole: boolean;
  /** Without the generation, which the writer keeps. */
  readonly fields: Readonly<Record<string, string>>;
  readonly forgotten: readonly string[];
  readonly card?: string;
  /** Seconds until the hash expires; 0: no change. */
  readonly ttl: number;
  readonly messages: readonly string[];
}

/** Which slice of a rewrite of all rooms; `only` is first and last at once. */
export type RewritePart = 'first' | 'more' | 'last' | 'only';

export interface Flush {
  readonly expected: number | undefined;
  readonly next: number;
  /** Broker time of the record `next`, ms: by it the log is known again. */
  readonly append: number;
  /** Absent: not a rewrite. */
  readonly part?: RewritePart | undefined;
  readonly streamTime: number | undefined;
  readonly ledger: Ledger;
  readonly rooms: readonly RoomWrite[];
  /** Rooms whose cards leave the list. */
  readonly forgotten: readonly string[];
}

/**
 * `absent`: rooms that were to be changed and that Redis does not hold; nothing is left of them, and they must be told whole.
 * `behind`: Redis stands elsewhere (`applied` absent: it lost everything) and nothing was written.
 */
export type FlushOutcome =
  | { readonly kind: 'ok'; readonly absent: readonly string[] }
  | { readonly kind: 'fenced' }
  | { readonly kind: 'behind'; readonly applied: number | undefined; readonly fence: number | undefined };

/** `refused`: Redis holds the state of another log, or of a later generation of this one. */
export type Claim =
  | { readonly kind: 'claimed'; readonly fence: number; readonly applied: number | undefined }
  | { readonly kind: 'refused'; readonly why: string };

/** A record, with the broker's time of it (ms). */
export interface Applied {
  readonly offset: number;
  readonly append: number;
}

/** The fenced writer of one partition's hot state. Rejects when Redis does not answer; a resend is harmless. */
export interface PartitionWriter {
  /** The last record that Redis was told of in this generation; undefined where there is none. Claims nothing. */
  look(): Promise<Applied | undefined>;
  claim(): Promise<Claim>;
  flush(fence: number, flush: Flush): Promise<FlushOutcome>;
}

const numberOrNone = (text: string | undefined): number | undefined =>
  text === undefined || text === '' ? undefined : Number(text);

const pushRoom = (
  args: (string | number)[],
  { room_id, whole, fields, forgotten, card, ttl, messages }: RoomWrite,
): void => {
  const names = Object.keys(fields);
  args.push(room_id, whole ? 1 : 0, names.length);
  for (const name of names) args.push(name, fields[name] as string);
  args.push(forgotten.length);
  for (const name of forgotten) args.push(name);
  args.push(card ?? '', ttl, messages.length);
  for (const message of messages) args.push(message);
};

export const createPartitionWriter = (redis: Redis, keys: Keys, partition: number, name: LogName): PartitionWriter => {
  const meta = keys.meta(partition);
  const live = keys.live(partition);
  const { generation } = name;
  return {
    look: async () => {
      const [held, offset, append] = await redis.hmget(meta, 'generation', 'applied', 'append');
      if (Number(held) !== generation || offset == null || append == null) return undefined;
      return { offset: Number(offset), append: Number(append) };
    },
    claim: async () => {
      const why = await agreeOnLog(redis, keys, name);
      if (why !== undefined) return { kind: 'refused', why };
      const [first, applied] = (await redis.eval(claimLua, 2, meta, live, generation)) as string[];
      if (first === 'FENCED') return { kind: 'refused', why: 'a later generation of the log is in Redis' };
      return { kind: 'claimed', fence: Number(first), applied: numberOrNone(applied) };
    },
    flush: async (fence, { expected, next, append, part, streamTime, ledger, rooms, forgotten }) => {
      const names = rooms.flatMap(({ room_id }) => [keys.room(partition, room_id), keys.feed(partition, room_id)]);
      const args = [generation, fence, expected ?? '', next, part ?? '', streamTime ?? '', JSON.stringify(ledger)];
      args.push(append);
      args.push(forgotten.length, ...forgotten);
      // As one list: a call's arguments are limited, a list's elements are not.
      const all = [flushLua, 2 + names.length, meta, live, ...names, ...args];
      for (const room of rooms) pushRoom(all, room);
      const [kind, ...rest] = (await redis.call('EVAL', all)) as string[];
      if (kind === 'OK') return { kind: 'ok', absent: rest };
      if (kind === 'FENCED') return { kind: 'fenced' };
      const [applied, held] = rest;
      return { kind: 'behind', applied: numberOrNone(applied), fence: numberOrNone(held) };
    },
  };
};
