import type { HistorySink } from '@liveboard/history-store';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { OwnerStatus } from './owner.ts';

export interface Sources {
  readonly owners: () => readonly OwnerStatus[];
  readonly sink: Pick<HistorySink, 'status'>;
  /** The next offset to be written to a partition's log, as far as it is known. */
  readonly endOf: (topic: string, partition: number) => number | undefined;
  /** A topic's name without the namespace. */
  readonly nameOf: (topic: string) => string;
}

interface Lag {
  records: number;
  ms: number;
}

/** How far each topic is behind its log, counted by what ClickHouse acknowledged. `ms`: the age of the first record that waits for it, 0 for none. */
export const lagsOf = ({ owners, endOf, nameOf }: Omit<Sources, 'sink'>, at: number): ReadonlyMap<string, Lag> => {
  const lags = new Map<string, Lag>();
  for (const { topic, partition, acknowledged, waiting } of owners()) {
    const lag = lags.get(nameOf(topic)) ?? { records: 0, ms: 0 };
    lags.set(nameOf(topic), lag);
    lag.records += Math.max(0, (endOf(topic, partition) ?? 0) - ((acknowledged?.offset ?? -1) + 1));
    if (waiting !== undefined) lag.ms = Math.max(lag.ms, at - waiting.append);
  }
  return lags;
};

/** Exposes lag, batches and checkpoints. Values are read when they are asked for. */
export const registerMetrics = (registry: Registry, sources: Sources): void => {
  const registers = [registry];
  const gauge = (
    name: string,
    help: string,
    label: string,
    read: () => Iterable<readonly [string | number, number | undefined]>,
  ): void => {
    new Gauge({
      name: `liveboard_history_${name}`,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        for (const [key, value] of read()) if (value !== undefined) this.set({ [label]: key }, value);
      },
    });
  };
  const lags = () => [...lagsOf(sources, Date.now())];
  const tables = () => [...sources.sink.status()];
  gauge('lag_records', 'Records of the log that ClickHouse has not acknowledged', 'topic', () =>
    lags().map(([topic, { records }]) => [topic, records] as const),
  );
  gauge('lag_ms', 'Age of the first record that waits for ClickHouse, ms', 'topic', () =>
    lags().map(([topic, { ms }]) => [topic, ms] as const),
  );
  gauge('unreadable_records', 'Records that were passed over because nobody of ours wrote them', 'topic', () => {
    const counts = new Map<string, number>();
    for (const { topic, unreadable } of sources.owners())
      counts.set(sources.nameOf(topic), (counts.get(sources.nameOf(topic)) ?? 0) + unreadable);
    return counts;
  });
  gauge('checkpoint_age_seconds', 'Age of the checkpoint that a restart begins at', 'partition', () =>
    sources
      .owners()
      .map(
        ({ partition, checkpointAge }) =>
          [partition, checkpointAge === undefined ? undefined : checkpointAge / 1_000] as const,
      ),
  );
  gauge('waiting_bytes', 'Bytes of rows that are not acknowledged', 'table', () =>
    tables().map(([table, { waitingBytes }]) => [table, waitingBytes] as const),
  );
  gauge('oldest_unacknowledged_seconds', 'Age of the oldest row that is not acknowledged', 'table', () =>
    tables().map(([table, { oldestMs }]) => [table, oldestMs / 1_000] as const),
  );
  gauge(
    'refused_in_a_row',
    'How often the server has refused the batch at hand: above 0 somebody must look',
    'table',
    () => tables().map(([table, { refusedNow }]) => [table, refusedNow] as const),
  );
  new Counter({
    name: 'liveboard_history_rows_total',
    help: 'Rows that ClickHouse acknowledged.',
    labelNames: ['table'],
    registers,
    collect() {
      this.reset();
      for (const [table, { rows }] of tables()) this.inc({ table }, rows);
    },
  });
  new Counter({
    name: 'liveboard_history_batch_retries_total',
    help: 'Batches that had to be sent again, by why.',
    labelNames: ['table', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const [table, { retries }] of tables())
        for (const [reason, count] of Object.entries(retries)) this.inc({ table, reason }, count);
    },
  });
};
