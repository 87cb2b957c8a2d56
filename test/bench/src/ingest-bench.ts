import { randomBytes } from 'node:crypto';
import { DEFAULT_PARTITIONS } from '@liveboard/contracts';
import type { KafkaOptions } from '@liveboard/kafka';
import { type Backlog, fillBacklog } from './backlog.ts';
import { measureIngest, measureReader, type Reading } from './consumers.ts';
import type { Place } from './place.ts';
import { type Figure, figureOf, machineOf, type Ratio, type Report, ratioOf } from './report.ts';

export interface IngestBench {
  readonly kafka: KafkaOptions;
  readonly redisUrl: string;
  readonly events: number;
  readonly rooms: number;
  readonly runs: number;
  /** Also with twice the rooms, and with a tenth of the users. */
  readonly growth: boolean;
  readonly profile?: string | undefined;
}

type Kind = 'noop' | 'json' | 'ingest' | 'rooms' | 'users';

const place = ({ kafka, redisUrl }: IngestBench, { namespace }: Backlog): Place => ({
  kafka,
  redisUrl,
  namespace,
  partitions: DEFAULT_PARTITIONS,
});

const fillAll = async ({ kafka, events, rooms, growth }: IngestBench): Promise<Partial<Record<Kind, Backlog>>> => {
  const fill = async (many: number, users?: number): Promise<Backlog> => {
    const namespace = `bench${randomBytes(4).toString('hex')}_`;
    const made = await fillBacklog(kafka, { namespace, events, rooms: many, partitions: DEFAULT_PARTITIONS, users });
    console.log(
      `  filled: ${made.records} records, ${made.rooms} rooms, ${Math.round(made.users / made.rooms)} users each`,
    );
    return made;
  };
  const base = await fill(rooms);
  const same = { noop: base, json: base, ingest: base };
  if (!growth) return same;
  const fewer = Math.max(1, Math.round(base.users / rooms / 10));
  return { ...same, rooms: await fill(rooms * 2), users: await fill(rooms, fewer) };
};

/** Reads each backlog in turn, `runs` times, each time beginning with another kind. */
const readAll = async (bench: IngestBench, backlogs: Partial<Record<Kind, Backlog>>) => {
  const kinds = Object.keys(backlogs) as Kind[];
  const readings: Record<Kind, Reading[]> = { noop: [], json: [], ingest: [], rooms: [], users: [] };
  for (let run = 0; run < bench.runs; run++) {
    const first = run % kinds.length;
    for (const kind of [...kinds.slice(first), ...kinds.slice(0, first)]) {
      const at = place(bench, backlogs[kind] as Backlog);
      const isReader = kind === 'noop' || kind === 'json';
      const reading = await (isReader ? measureReader(at, kind) : measureIngest(at, bench.profile));
      readings[kind].push(reading);
      console.log(
        `  run ${run + 1} of ${bench.runs}, ${kind}: ${reading.seconds.toFixed(1)} s, ${reading.cpu.toFixed(1)} s of CPU`,
      );
    }
  }
  return readings;
};

/**
 * Ingest on a backlog, everything on, beside a kafkajs consumer that does nothing and one that parses JSON: the same
 * topic, in turn, in one run. Times and CPU are those of whole processes, their start included.
 */
export const benchIngest = async (bench: IngestBench): Promise<Report> => {
  const backlogs = await fillAll(bench);
  const readings = await readAll(bench, backlogs);
  const base = backlogs.ingest as Backlog;
  const records = (kind: Kind): number => backlogs[kind]?.records ?? 0;
  const rate = (kind: Kind): number[] => readings[kind].map(({ seconds }) => records(kind) / seconds);
  const cpu = (kind: Kind): number[] => readings[kind].map((each) => (each.cpu * 1e6) / records(kind));
  const rss = (kind: Kind): Figure =>
    figureOf(
      readings[kind].map((each) => each.rss),
      'MiB',
    );
  const own = 'ingest_cpu_us_per_event';
  const grown = (): { figures: Record<string, Figure>; ratios: Record<string, Ratio> } => ({
    figures: {
      ingest_cpu_us_per_event_twice_the_rooms: figureOf(cpu('rooms'), 'µs'),
      ingest_cpu_us_per_event_tenth_of_users: figureOf(cpu('users'), 'µs'),
      ingest_rss_mb_twice_the_rooms: rss('rooms'),
      ingest_rss_mb_tenth_of_users: rss('users'),
    },
    ratios: {
      ingest_cpu_growth_rooms: ratioOf('ingest_cpu_us_per_event_twice_the_rooms', cpu('rooms'), own, cpu('ingest')),
      ingest_cpu_growth_users: ratioOf(own, cpu('ingest'), 'ingest_cpu_us_per_event_tenth_of_users', cpu('users')),
    },
  });
  const growth = bench.growth ? grown() : { figures: {}, ratios: {} };
  return {
    v: 1,
    bench: 'ingest',
    at: new Date().toISOString(),
    machine: machineOf('4.1.1'),
    params: {
      records: base.records,
      rooms: base.rooms,
      users_per_room: Math.round(base.users / base.rooms),
      partitions: DEFAULT_PARTITIONS,
      bytes_per_record: Math.round(base.bytes / base.records),
      ...(backlogs.users === undefined
        ? {}
        : { users_per_room_tenth: Math.round(backlogs.users.users / backlogs.users.rooms) }),
    },
    figures: {
      ingest_rate: figureOf(rate('ingest'), 'records/s'),
      [own]: figureOf(cpu('ingest'), 'µs'),
      ingest_rss_mb: rss('ingest'),
      noop_rate: figureOf(rate('noop'), 'records/s'),
      noop_cpu_us_per_event: figureOf(cpu('noop'), 'µs'),
      json_rate: figureOf(rate('json'), 'records/s'),
      json_cpu_us_per_event: figureOf(cpu('json'), 'µs'),
      ...growth.figures,
    },
    ratios: {
      ingest_rate_of_noop: ratioOf('ingest_rate', rate('ingest'), 'noop_rate', rate('noop')),
      ingest_rate_of_json: ratioOf('ingest_rate', rate('ingest'), 'json_rate', rate('json')),
      ingest_cpu_of_noop: ratioOf(own, cpu('ingest'), 'noop_cpu_us_per_event', cpu('noop')),
      ...growth.ratios,
    },
  };
};
