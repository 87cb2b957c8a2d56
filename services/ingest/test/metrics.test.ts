import type { Ledger } from '@liveboard/contracts';
import type { CheckpointStore, Pointer } from '@liveboard/kafka';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createMetrics, type MetricSources } from '../src/metrics.ts';
import type { Publication } from '../src/publication.ts';
import type { RunnerStatus } from '../src/runner.ts';

const ledger: Ledger = {
  in: 10,
  counted: 5,
  duplicate: 1,
  late: 1,
  quarantined: 1,
  forwarded: 1,
  ignored: 0,
  ticks: 1,
};
const status: RunnerStatus = {
  partition: 3,
  applied: 90,
  streamTime: Date.now() - 5_000,
  ledger,
  checkpointAge: 2_500,
  isPublished: true,
};

const setUp = (more: Partial<MetricSources> = {}) => {
  const registry = new Registry();
  const observer = createMetrics(registry, {
    statuses: () => [status],
    ends: async () => [{ partition: 3, start: 0, end: 101 }],
    clockDifference: () => 250,
    partitions: 8,
    ...more,
  });
  const read = async (): Promise<Map<string, number>> =>
    new Map(
      [...(await registry.metrics()).matchAll(/^(liveboard_\S+) (\S+)$/gm)].map(([, name = '', value]) => [
        name.replace('liveboard_ingest_', ''),
        Number(value),
      ]),
    );
  return { observer, read };
};

describe('ingest’s figures', () => {
  it('say how far each partition is', async () => {
    const figures = await setUp().read();
    expect(figures.get('partitions')).toBe(8);
    expect(figures.get('lag_records{partition="3"}')).toBe(10);
    const lag = figures.get('lag_ms{partition="3"}') ?? 0;
    expect(lag).toBeGreaterThanOrEqual(5_250);
    expect(lag).toBeLessThan(15_000);
    expect(figures.get('checkpoint_age_seconds{partition="3"}')).toBe(2.5);
    expect(figures.get('records{partition="3",verdict="quarantined"}')).toBe(1);
    expect(figures.get('clock_difference_ms')).toBe(250);
  });

  it('have no lag where everything is applied, however long nothing came', async () => {
    const figures = await setUp({ ends: async () => [{ partition: 3, start: 0, end: 91 }] }).read();
    expect(figures.get('lag_records{partition="3"}')).toBe(0);
    expect(figures.get('lag_ms{partition="3"}')).toBe(0);
  });

  it('show a ledger that does not balance', async () => {
    expect((await setUp().read()).get('ledger_off{partition="3"}')).toBe(0);
    const off = { ...status, ledger: { ...ledger, counted: 3 } };
    expect((await setUp({ statuses: () => [off] }).read()).get('ledger_off{partition="3"}')).toBe(2);
  });

  it('leave out what is not known', async () => {
    const figures = await setUp({
      ends: () => Promise.reject(new Error('no broker')),
      clockDifference: () => undefined,
    }).read();
    expect(figures.has('lag_records{partition="3"}')).toBe(false);
    expect(figures.has('clock_difference_ms')).toBe(false);
    expect(figures.get('applied_offset{partition="3"}')).toBe(90);
  });

  it('count flushes that told something, and those that the fence refused', async () => {
    const { observer, read } = setUp();
    const drains = [undefined, {} as never];
    let lostFences = 0;
    const publication: Publication = {
      flush: async () => {
        lostFences++;
        return drains.shift();
      },
      isCurrent: true,
      get lostFences() {
        return lostFences;
      },
    };
    const observed = observer.publication(3, publication);
    expect([await observed.flush(), await observed.flush()]).toEqual([undefined, {}]);
    expect(observed.isCurrent).toBe(true);
    const figures = await read();
    expect(figures.get('flush_seconds_count')).toBe(1);
    expect(figures.get('fenced_writes_total{partition="3"}')).toBe(2);
  });

  it('show the longest turn of the event loop while a checkpoint was made', async () => {
    const { observer, read } = setUp();
    const store: CheckpointStore = {
      save: async () => ({ n: 1 }) as Pointer,
      load: async () => Buffer.alloc(0),
    };
    const observed = observer.checkpoints(store);
    const block = (ms: number): void => {
      for (const end = performance.now() + ms; performance.now() < end; );
    };
    // A turn after which nothing was saved is not one of a checkpoint.
    await observer.checkpoint(3, async () => block(30));
    expect((await read()).has('checkpoint_pause_ms{partition="3"}')).toBe(false);
    await observer.checkpoint(3, async () => {
      await new Promise((next) => setTimeout(next, 5));
      await observed.save(3, { pieces: [Buffer.alloc(1_000)], last: 1, append: 1 });
      block(60);
    });
    const figures = await read();
    expect(figures.get('checkpoint_pause_ms{partition="3"}')).toBeGreaterThan(50);
    expect(figures.get('checkpoint_bytes{partition="3"}')).toBe(1_000);
    expect(figures.get('checkpoints_total{partition="3"}')).toBe(1);
  });
});
