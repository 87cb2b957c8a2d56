import {
  DEFAULT_PARTITIONS,
  GROUPS,
  type MinuteRecord,
  type QuarantineRecord,
  type RoomRecord,
  TOPICS,
  type TopicKey,
} from '@liveboard/contracts';
import { createHistoryClient, createHistoryReader, databaseOf, versionOf } from '@liveboard/history-store';
import { createKafkaAdmin, createLogReader, type ReadRecord } from '@liveboard/kafka';
import { countPartition } from '@liveboard/oracle';
import { createLog } from '@liveboard/runtime';
import type { Stack } from './stack.ts';

const READ = ['events', 'minutes', 'quarantine'] as const;
/** Verdicts whose records stand in `events`. */
const KEPT = new Set(['counted', 'duplicate', 'late', 'ignored']);

const json = <T>({ value }: ReadRecord): T => JSON.parse((value ?? '').toString()) as T;
const sorted = (lines: Iterable<string>): string[] => [...lines].sort();

/** What stands in a namespace's log, and what ClickHouse has of it: two lists of lines each, which must be the same. */
export const createLedgers = async (stack: Stack, namespace: string, clickhouseUrl: string) => {
  const kafka = {
    brokers: stack.kafka_brokers.split(','),
    clientId: 'liveboard-test',
    log: createLog('test', 'fatal'),
  };
  const admin = createKafkaAdmin(kafka);
  await admin.connect();
  await admin.ensureTopics(namespace, DEFAULT_PARTITIONS);
  const client = createHistoryClient({ url: clickhouseUrl, database: databaseOf(namespace) });
  const reader = createHistoryReader(client);
  const topic = (name: TopicKey): string => namespace + TOPICS[name].name;
  const read = async (name: TopicKey): Promise<ReadRecord[]> => {
    const records: ReadRecord[] = [];
    await createLogReader(kafka, namespace).readAll(topic(name), (more) => {
      for (const record of more) records.push(record);
    });
    return records;
  };
  const isAtEnd = async (group: string, name: TopicKey): Promise<boolean> => {
    const committed = await admin.committed(namespace + group, topic(name));
    return (await admin.bounds(topic(name))).every(
      ({ partition, end }) => end === 0 || committed.find((each) => each.partition === partition)?.offset === end,
    );
  };

  const eventLines = async (): Promise<{ log: string[]; held: string[] }> => {
    const records = await read('events');
    const log: string[] = [];
    for (let partition = 0; partition < DEFAULT_PARTITIONS; partition++) {
      const of = records.filter((record) => record.partition === partition);
      const byOffset = new Map(of.map((record) => [record.offset, record]));
      const options = { partition, partitions: DEFAULT_PARTITIONS, generation: 1 };
      for (const { offset, verdict } of countPartition(of, options).verdicts) {
        const record = byOffset.get(offset);
        if (record === undefined || !KEPT.has(verdict)) continue;
        const { id, type, room_id, ts } = json<{ id: string; type: string; room_id: string; ts: number }>(record);
        const { append, value } = record;
        log.push([partition, offset, verdict, room_id, ts, append, id, type, value?.toString('base64')].join(' '));
      }
    }
    const rows = await client.query<Record<string, string>>(
      `SELECT partition, offset, verdict, room_id, toUnixTimestamp64Milli(ts) AS at, toUnixTimestamp64Milli(appended) AS append,
         event_id, type, base64Encode(raw) AS bytes FROM events FINAL WHERE generation = 1`,
    );
    return { log: sorted(log), held: sorted(rows.map((row) => Object.values(row).join(' '))) };
  };

  const minuteLines = async () => {
    const records = (await read('minutes')).map((record) => json<MinuteRecord | RoomRecord>(record));
    const newest = new Map<string, MinuteRecord>();
    const rooms = new Map<string, RoomRecord>();
    const versions = new Set<string>();
    for (const record of records)
      if (record.kind === 'room') {
        const held = rooms.get(record.info.room_id);
        if (held === undefined || record.rev >= held.rev) rooms.set(record.info.room_id, record);
      } else {
        const { room_id, generation, row, at } = record;
        const key = `${room_id} ${row.minute}`;
        const held = newest.get(key);
        if (held === undefined || row.rev >= held.row.rev) newest.set(key, record);
        versions.add(`${key} ${versionOf(generation, row.rev)} ${at}`);
      }
    const held: string[] = [];
    for (const room of new Set([...newest.values()].map(({ room_id }) => room_id)))
      for (const { row } of await reader.minutes(room, { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 10_000 }))
        held.push(canonical({ room, row }));
    const heldRooms = await client.query<Record<string, string>>(
      'SELECT room_id, info, totals, late, ver FROM rooms FINAL',
    );
    const heldVersions = await client.query<Record<string, string>>(
      `SELECT room_id, toUnixTimestamp64Milli(minute) AS m, ver, toUnixTimestamp64Milli(known_at) AS k
       FROM minute_versions FINAL`,
    );
    return {
      minutes: {
        log: sorted([...newest.values()].map(({ room_id, row }) => canonical({ room: room_id, row }))),
        held: sorted(held),
      },
      versions: { log: sorted(versions), held: sorted(heldVersions.map((row) => Object.values(row).join(' '))) },
      rooms: {
        log: sorted(
          [...rooms.values()].map(({ info, totals, late, generation, rev }) =>
            canonical({ info, totals, late, ver: versionOf(generation, rev) }),
          ),
        ),
        held: sorted(
          heldRooms.map(({ info = '', totals = '', late, ver }) =>
            canonical({ info: JSON.parse(info), totals: JSON.parse(totals), late: Number(late), ver }),
          ),
        ),
      },
    };
  };

  const refusalLines = async () => {
    const log = (await read('quarantine')).map((record) => {
      const { generation, partition, offset, reason, detail, bytes_b64 } = json<QuarantineRecord>(record);
      return [generation, partition, offset, reason, detail, bytes_b64].join(' ');
    });
    const rows = await client.query<Record<string, string>>(
      'SELECT generation, partition, offset, reason, detail, base64Encode(bytes) AS b FROM quarantine FINAL',
    );
    return { log: sorted(new Set(log)), held: sorted(rows.map((row) => Object.values(row).join(' '))) };
  };

  return {
    client,
    /** Whether ingest has read the whole log, and history has written all of it. */
    isSettled: async (): Promise<boolean> => {
      if (!(await isAtEnd(GROUPS.ingest, 'events'))) return false;
      for (const name of READ) if (!(await isAtEnd(GROUPS.history, name))) return false;
      return true;
    },
    committed: async (name: TopicKey) => admin.committed(namespace + GROUPS.history, topic(name)),
    /** Everything that must be the same on both sides. */
    compare: async () => ({ events: await eventLines(), ...(await minuteLines()), refusals: await refusalLines() }),
    count: async (table: string): Promise<number> => {
      const [row] = await client.query<{ n: string }>(`SELECT count() AS n FROM ${table} FINAL`);
      return Number(row?.n ?? 0);
    },
    close: async () => {
      await client.close();
      await admin.disconnect();
    },
  };
};

/** JSON with sorted keys. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, held: unknown) =>
    typeof held === 'object' && held !== null && !Array.isArray(held)
      ? Object.fromEntries(Object.entries(held).sort(([a], [b]) => (a < b ? -1 : 1)))
      : held,
  );
