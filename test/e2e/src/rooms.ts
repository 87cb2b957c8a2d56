import { type LiveState, type MinuteRow, partitionOf, type RoomInfo } from '@liveboard/contracts';
import { createKeys, createPartitionWriter, type LogName, type PartitionWriter } from '@liveboard/live-store';
import type { Redis } from 'ioredis';

const PARTITIONS = 8;

/** Rooms written into Redis by hand, as ingest would, so that a test decides every revision. */
export interface HandRooms {
  /** Writes a room's next revision and publishes it. `lose`: the message is not sent. */
  write(roomId: string, change?: HandChange): Promise<number>;
  /** Says that every partition is alive. */
  touch(): Promise<void>;
}

interface HandChange {
  readonly info?: Partial<RoomInfo>;
  readonly minutes?: readonly MinuteRow[];
  readonly lose?: boolean;
}

interface Partition {
  readonly writer: PartitionWriter;
  fence: number | undefined;
  applied: number | undefined;
}

export const createHandRooms = (redis: Redis, namespace: string, name: LogName): HandRooms => {
  const keys = createKeys(namespace);
  const partitions = [...Array(PARTITIONS).keys()].map(
    (n): Partition => ({ writer: createPartitionWriter(redis, keys, n, name), fence: undefined, applied: undefined }),
  );
  const rooms = new Map<string, { live: LiveState; rev: number }>();
  let offset = 0;

  const flush = async (
    partition: Partition,
    rooms: Parameters<PartitionWriter['flush']>[1]['rooms'],
  ): Promise<void> => {
    if (partition.fence === undefined) {
      const claim = await partition.writer.claim();
      if (claim.kind !== 'claimed') throw new Error(claim.why);
      partition.fence = claim.fence;
      partition.applied = claim.applied;
    }
    const next = ++offset;
    const ledger = { in: 0, counted: 0, duplicate: 0, late: 0, quarantined: 0, forwarded: 0, ignored: 0, ticks: 0 };
    const outcome = await partition.writer.flush(partition.fence, {
      expected: partition.applied,
      next,
      append: 0,
      streamTime: Date.now(),
      ledger,
      rooms,
      forgotten: [],
    });
    if (outcome.kind === 'behind') {
      partition.fence = undefined;
      return flush(partition, rooms);
    }
    if (outcome.kind !== 'ok') throw new Error(outcome.kind);
    partition.applied = next;
    // After a Redis that lost everything.
    const absent = rooms.filter(({ room_id }) => outcome.absent.includes(room_id));
    if (absent.length > 0)
      await flush(
        partition,
        absent.map((room) => ({ ...room, whole: true })),
      );
  };

  return {
    write: async (roomId, { info = {}, minutes = [], lose = false } = {}) => {
      const held = rooms.get(roomId);
      const rev = offset + 1;
      const room: RoomInfo = {
        room_id: roomId,
        account_id: 'acct-demo',
        totals_from: Date.now(),
        status: 'live',
        available: [],
        ...held?.live.room,
        ...info,
      };
      const health = { stream_time: Date.now(), counted: rev, late: 0, duplicates: 0, last_event_at: Date.now() };
      rooms.set(roomId, { live: { room, health }, rev });
      const message = {
        kind: 'update',
        generation: name.generation,
        room_id: roomId,
        ...(held === undefined ? {} : { prev: held.rev }),
        rev,
        set: { room, health },
        minutes,
      };
      await flush(partitions[partitionOf(roomId, PARTITIONS)] as Partition, [
        {
          room_id: roomId,
          whole: held === undefined,
          fields: {
            rev: String(rev),
            info: JSON.stringify(room),
            health: JSON.stringify(health),
            ...Object.fromEntries(minutes.map((row) => [`m:${row.minute}`, JSON.stringify(row)])),
          },
          forgotten: [],
          card: JSON.stringify(room),
          ttl: 3_600,
          messages: lose ? [] : [JSON.stringify(message)],
        },
      ]);
      return rev;
    },
    touch: async () => {
      for (const partition of partitions) await flush(partition, []);
    },
  };
};
