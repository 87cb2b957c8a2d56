import { DEFAULT_PARTITIONS } from '@liveboard/contracts';
import type { KafkaOptions } from '@liveboard/kafka';
import { fillBacklog } from './backlog.ts';
import { measureIngest, measureReader, type Reading } from './consumers.ts';
import { figureOf, machineOf, type Report, ratioOf } from './report.ts';

export interface IngestBench {
  readonly kafka: KafkaOptions;
  readonly redisUrl: string;
  readonly events: number;
  readonly rooms: number;
  readonly runs: number;
  readonly profile?: string | undefined;
}

/**
 * Ingest on a backlog, everything on, beside a kafkajs consumer that does nothing and one that parses JSON: the same
 * topic, in turn, in one run. Each run of ingest has a log of its own, since a worker reads a log once.
 */
export const benchIngest = async ({ kafka, redisUrl, events, rooms, runs, profile }: IngestBench): Promise<Report> => {
  const partitions = DEFAULT_PARTITIONS;
  const readings: Record<'ingest' | 'noop' | 'json', Reading[]> = { ingest: [], noop: [], json: [] };
  let records = 0;
  let bytes = 0;
  for (let run = 0; run < runs; run++) {
    const namespace = `bench${run}_`;
    const place = { kafka, redisUrl, namespace, partitions, profile };
    ({ records, bytes } = await fillBacklog(kafka, { namespace, events, rooms, partitions }));
    readings.noop.push(await measureReader(place, 'noop'));
    readings.json.push(await measureReader(place, 'json'));
    readings.ingest.push(await measureIngest(place));
    console.log(
      `  run ${run + 1} of ${runs}: ${records} records, ingest ${readings.ingest[run]?.seconds.toFixed(1)} s`,
    );
  }
  const rate = (kind: keyof typeof readings): number[] => readings[kind].map(({ seconds }) => records / seconds);
  const cpu = (kind: keyof typeof readings): number[] => readings[kind].map((each) => (each.cpu * 1e6) / records);
  return {
    v: 1,
    bench: 'ingest',
    at: new Date().toISOString(),
    machine: machineOf('4.1.1'),
    params: { records, rooms, partitions, bytes_per_record: Math.round(bytes / records) },
    figures: {
      ingest_rate: figureOf(rate('ingest'), 'records/s'),
      ingest_cpu_us_per_event: figureOf(cpu('ingest'), 'µs'),
      ingest_rss_mb: figureOf(
        readings.ingest.map(({ rss }) => rss),
        'MiB',
      ),
      noop_rate: figureOf(rate('noop'), 'records/s'),
      noop_cpu_us_per_event: figureOf(cpu('noop'), 'µs'),
      json_rate: figureOf(rate('json'), 'records/s'),
    },
    ratios: {
      ingest_rate_of_noop: ratioOf('ingest_rate', rate('ingest'), 'noop_rate', rate('noop')),
      ingest_rate_of_json: ratioOf('ingest_rate', rate('ingest'), 'json_rate', rate('json')),
      ingest_cpu_of_noop: ratioOf('ingest_cpu_us_per_event', cpu('ingest'), 'noop_cpu_us_per_event', cpu('noop')),
    },
  };
};
