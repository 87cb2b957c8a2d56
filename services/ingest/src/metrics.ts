import { type CheckpointStore, type LogBounds, sizeOf } from '@liveboard/kafka';
import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client';

import type { Publication } from './publication.ts';
import type { RunnerStatus } from './runner.ts';
import { watchTurns } from './turns.ts';

/** A scrape does not wait longer than this for Kafka, ms. */
const ENDS_MS = 2_000;

export interface MetricSources {
  readonly statuses: () => readonly RunnerStatus[];
  /** Where each partition's log ends now. */
  readonly ends: () => Promise<readonly LogBounds[]>;
  /** The broker's clock less this machine's, ms; undefined while it is not known. */
  readonly clockDifference: () => number | undefined;
  /** Partitions of the log. */
  readonly partitions: number;
}

/** Where the parts of a partition are observed; each gives back what it was given, observed. */
export interface Observer {
  publication(n: number, publication: Publication): Publication;
  checkpoints(store: CheckpointStore): CheckpointStore;
  /** Runs the making of a partition's checkpoint. */
  checkpoint<T>(n: number, work: () => Promise<T>): Promise<T>;
}

/** The log's ends by partition, asked once a scrape; empty where Kafka does not answer in time. */
const createEnds = (ask: MetricSources['ends']) => {
  let asked: Promise<ReadonlyMap<number, number>> | undefined;
  const inTime = async (): Promise<ReadonlyMap<number, number>> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<readonly LogBounds[]>((done) => {
      timer = setTimeout(() => done([]), ENDS_MS);
    });
    const bounds = await Promise.race([ask().catch(() => []), late]);
    clearTimeout(timer);
    return new Map(bounds.map(({ partition, end }) => [partition, end]));
  };
  return (): Promise<ReadonlyMap<number, number>> => {
    asked ??= inTime().finally(() => {
      asked = undefined;
    });
    return asked;
  };
};

/** Records that the ledger cannot account for. */
const ledgerOff = ({ ledger }: RunnerStatus): number => {
  const { in: all, ...parts } = ledger;
  return all - Object.values(parts).reduce((sum, part) => sum + part, 0);
};

/** Ingest's figures for Prometheus, read when they are asked for. Numbers of single rooms have no place in labels. */
export const createMetrics = (registry: Registry, sources: MetricSources): Observer => {
  const { statuses, partitions } = sources;
  const registers = [registry];
  const labelNames = ['partition'] as const;
  collectDefaultMetrics({ register: registry });

  const perPartition = (
    name: string,
    help: string,
    read: (status: RunnerStatus, ends: ReadonlyMap<number, number>) => number | undefined,
    ends: () => ReadonlyMap<number, number> | Promise<ReadonlyMap<number, number>> = () => new Map(),
  ): void => {
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      async collect() {
        const known = await ends();
        this.reset();
        for (const status of statuses()) {
          const value = read(status, known);
          if (value !== undefined) this.set({ partition: status.partition }, value);
        }
      },
    });
  };
  const ends = createEnds(sources.ends);
  const lag = ({ partition, applied }: RunnerStatus, known: ReadonlyMap<number, number>): number | undefined => {
    const end = known.get(partition);
    return end === undefined ? undefined : Math.max(0, end - 1 - applied);
  };
  new Gauge({
    name: 'liveboard_ingest_partitions',
    help: 'Partitions of the log; each must be owned by one worker',
    registers,
    collect() {
      this.set(partitions);
    },
  });
  perPartition('liveboard_ingest_applied_offset', 'Offset of the last applied record', ({ applied }) => applied);
  perPartition('liveboard_ingest_stream_time_ms', 'Stream time, ms since 1970', ({ streamTime }) => streamTime);
  perPartition('liveboard_ingest_lag_records', 'Records of the log that are not applied yet', lag, ends);
  perPartition(
    'liveboard_ingest_lag_ms',
    'How far stream time is behind the broker’s clock while records are not applied yet, ms; 0 where none are',
    (status, known) => {
      const behind = lag(status, known);
      if (behind === undefined || status.streamTime === undefined) return undefined;
      return behind === 0 ? 0 : Math.max(0, Date.now() + (sources.clockDifference() ?? 0) - status.streamTime);
    },
    ends,
  );
  perPartition(
    'liveboard_ingest_checkpoint_age_seconds',
    'Age of the last checkpoint',
    ({ checkpointAge }) => checkpointAge / 1_000,
  );
  perPartition('liveboard_ingest_published', '1 where Redis holds all that was flushed', ({ isPublished }) =>
    Number(isPublished),
  );
  perPartition('liveboard_ingest_ledger_off', 'Records that the ledger does not account for; must be 0', ledgerOff);
  new Gauge({
    name: 'liveboard_ingest_records',
    help: 'The ledger: records by what became of them; `in` is their sum',
    labelNames: ['partition', 'verdict'],
    registers,
    collect() {
      this.reset();
      for (const { partition, ledger } of statuses())
        for (const [verdict, count] of Object.entries(ledger)) this.set({ partition, verdict }, count);
    },
  });
  new Gauge({
    name: 'liveboard_ingest_clock_difference_ms',
    help: 'The broker’s clock less this machine’s, ms; absent without ticks',
    registers,
    collect() {
      this.remove();
      const difference = sources.clockDifference();
      if (difference !== undefined) this.set(difference);
    },
  });
  const flushes = new Histogram({
    name: 'liveboard_ingest_flush_seconds',
    help: 'How long it took to tell Redis what changed',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const fenced = new Counter({
    name: 'liveboard_ingest_fenced_writes_total',
    help: 'Flushes refused because another owner held the fence',
    labelNames,
    registers,
  });
  const made = new Counter({
    name: 'liveboard_ingest_checkpoints_total',
    help: 'Checkpoints written by this process',
    labelNames,
    registers,
  });
  const bytes = new Gauge({
    name: 'liveboard_ingest_checkpoint_bytes',
    help: 'Size of the last checkpoint',
    labelNames,
    registers,
  });
  const pause = new Gauge({
    name: 'liveboard_ingest_checkpoint_pause_ms',
    help: 'Longest turn of the event loop, ms, while the last checkpoint was made and written; whatever else took part in it',
    labelNames,
    registers,
  });

  const saved = new Set<number>();

  return {
    publication: (partition, publication) => ({
      flush: async () => {
        const lost = publication.lostFences;
        const end = flushes.startTimer();
        const drain = await publication.flush();
        if (drain !== undefined) end();
        fenced.inc({ partition }, publication.lostFences - lost);
        return drain;
      },
      get isCurrent() {
        return publication.isCurrent;
      },
      get lostFences() {
        return publication.lostFences;
      },
    }),
    checkpoints: (store) => ({
      ...store,
      save: async (partition, state) => {
        const pointer = await store.save(partition, state);
        made.inc({ partition });
        saved.add(partition);
        bytes.set({ partition }, sizeOf(state.pieces));
        return pointer;
      },
    }),
    checkpoint: async (partition, work) => {
      saved.delete(partition);
      const { result, longestMs } = await watchTurns(work);
      // Where nothing had changed none was made.
      if (saved.has(partition)) pause.set({ partition }, longestMs);
      return result;
    },
  };
};
