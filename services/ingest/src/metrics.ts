import { Gauge, type Registry } from 'prom-client';
import type { RunnerStatus } from './runner.ts';

/** Exposes each owned partition's position, ledger and checkpoint age. Values are read when they are asked for. */
export const registerMetrics = (registry: Registry, statuses: () => readonly RunnerStatus[]): void => {
  const perPartition = (name: string, help: string, read: (status: RunnerStatus) => number | undefined): void => {
    new Gauge({
      name,
      help,
      labelNames: ['partition'],
      registers: [registry],
      collect() {
        this.reset();
        for (const status of statuses()) {
          const value = read(status);
          if (value !== undefined) this.set({ partition: status.partition }, value);
        }
      },
    });
  };
  perPartition('liveboard_ingest_applied_offset', 'Offset of the last applied record', ({ applied }) => applied);
  perPartition('liveboard_ingest_stream_time_ms', 'Stream time, ms since 1970', ({ streamTime }) => streamTime);
  perPartition(
    'liveboard_ingest_checkpoint_age_seconds',
    'Age of the last checkpoint',
    ({ checkpointAge }) => checkpointAge / 1_000,
  );
  perPartition('liveboard_ingest_published', '1 where Redis holds all that was flushed', ({ isPublished }) =>
    Number(isPublished),
  );
  perPartition(
    'liveboard_ingest_lost_fences',
    'Flushes refused because another owner held the fence',
    ({ lostFences }) => lostFences,
  );
  new Gauge({
    name: 'liveboard_ingest_records',
    help: 'The ledger: records by what became of them; `in` is their sum',
    labelNames: ['partition', 'verdict'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { partition, ledger } of statuses())
        for (const [verdict, count] of Object.entries(ledger)) this.set({ partition, verdict }, count);
    },
  });
};
