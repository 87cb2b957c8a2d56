import type {
  CatalogItem,
  CommentItem,
  Compare,
  LiveState,
  Marker,
  MinuteRow,
  ProductRow,
  RoomInfo,
  SourceRow,
} from '@liveboard/contracts';
import { partitionOf } from '@liveboard/contracts';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';

/** A room as Redis holds it at revision `rev` of log `generation`. */
export interface StoredRoom {
  readonly generation: number;
  readonly rev: number;
  readonly live: LiveState;
  readonly products: readonly ProductRow[];
  readonly sources: readonly SourceRow[];
  readonly catalog: readonly CatalogItem[];
  readonly markers: readonly Marker[];
  readonly comments: readonly CommentItem[];
  /** Closed and final rows, oldest first. */
  readonly minutes: readonly MinuteRow[];
  readonly compare?: Compare;
}

/** Where a room stands in its log. `generation` is absent in rooms written before it was kept with them. */
export interface StoredPosition {
  readonly generation?: number;
  readonly rev: number;
}

/** Position of a partition, as its owner wrote it last. Times in ms; `redis_time` is the server's now. */
export interface PartitionMeta {
  readonly partition: number;
  readonly generation?: number;
  readonly applied?: number;
  readonly stream_time?: number;
  readonly flushed_at?: number;
  readonly ledger?: Readonly<Record<string, number>>;
}

/** Readers of the hot state. All reject when Redis does not answer. */
export interface RoomStore {
  read(roomId: string): Promise<StoredRoom | undefined>;
  info(roomId: string): Promise<RoomInfo | undefined>;
  /** Where each room stands, in the order asked; undefined for a room that is not there. */
  positions(roomIds: readonly string[]): Promise<readonly (StoredPosition | undefined)[]>;
  /** Every card of every partition, as JSON text by room; none that an older count of partitions left elsewhere. */
  cards(): Promise<ReadonlyMap<string, string>>;
  metas(): Promise<{ readonly now: number; readonly metas: readonly PartitionMeta[] }>;
  channel(roomId: string): string;
}

const number = (text: string | null | undefined): number | undefined =>
  text === undefined || text === null || text === '' ? undefined : Number(text);

const parseRoom = (generation: number, hash: Readonly<Record<string, string>>): StoredRoom | undefined => {
  if (hash.rev === undefined || hash.info === undefined || hash.health === undefined) return undefined;
  const list = <T>(field: string): T[] => (hash[field] === undefined ? [] : (JSON.parse(hash[field]) as T[]));
  const one = <Name extends string>(name: Name, field: string): object =>
    hash[field] === undefined ? {} : { [name]: JSON.parse(hash[field]) as unknown };
  return {
    generation,
    rev: Number(hash.rev),
    live: {
      ...one('room', 'info'),
      ...one('totals', 'totals'),
      ...one('pinned', 'pinned'),
      ...one('now', 'now'),
      ...one('health', 'health'),
    } as unknown as LiveState,
    products: list('products'),
    sources: list('sources'),
    catalog: list('catalog'),
    markers: list('markers'),
    comments: list('comments'),
    minutes: Object.entries(hash)
      .flatMap(([field, text]) => (field.startsWith('m:') ? [JSON.parse(text) as MinuteRow] : []))
      .sort((a, b) => a.minute - b.minute),
    ...one('compare', 'compare'),
  };
};

export const createRoomStore = (redis: Redis, keys: Keys, partitions: number): RoomStore => {
  const key = (roomId: string): string => keys.room(partitionOf(roomId, partitions), roomId);
  const all = [...Array(partitions).keys()];
  return {
    read: async (roomId) => {
      const hash = await redis.hgetall(key(roomId));
      if (hash.rev === undefined) return undefined;
      const generation =
        hash.generation ?? (await redis.hget(keys.meta(partitionOf(roomId, partitions)), 'generation'));
      return parseRoom(Number(generation ?? 1), hash);
    },
    info: async (roomId) => {
      const text = await redis.hget(key(roomId), 'info');
      return text === null ? undefined : (JSON.parse(text) as RoomInfo);
    },
    positions: (roomIds) =>
      Promise.all(
        roomIds.map(async (roomId) => {
          const [rev, generation] = (await redis.hmget(key(roomId), 'rev', 'generation')).map(number);
          if (rev === undefined) return undefined;
          return { rev, ...(generation === undefined ? {} : { generation }) };
        }),
      ),
    cards: async () => {
      const hashes = await Promise.all(all.map((n) => redis.hgetall(keys.live(n))));
      return new Map(
        hashes.flatMap((hash, n) => Object.entries(hash).filter(([roomId]) => partitionOf(roomId, partitions) === n)),
      );
    },
    metas: async () => {
      const [time, ...hashes] = await Promise.all([redis.time(), ...all.map((n) => redis.hgetall(keys.meta(n)))]);
      const [seconds = 0, micros = 0] = time.map(Number);
      const metas = hashes.map((hash, partition): PartitionMeta => {
        const fields = {
          generation: number(hash.generation),
          applied: number(hash.applied),
          stream_time: number(hash.stream_time),
          flushed_at: number(hash.flushed_at),
        };
        const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
        const ledger = hash.ledger === undefined ? {} : { ledger: JSON.parse(hash.ledger) as Record<string, number> };
        return { partition, ...known, ...ledger };
      });
      return { now: seconds * 1_000 + Math.floor(micros / 1_000), metas };
    },
    channel: (roomId) => keys.feed(partitionOf(roomId, partitions), roomId),
  };
};
