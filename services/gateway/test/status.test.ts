import type { HistoryReader } from '@liveboard/history-store';
import type { Lease } from '@liveboard/live-store';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import type { LogReader } from '../src/log-reader.ts';
import type { RestContext } from '../src/rest/context.ts';
import { registerStatus } from '../src/rest/status.ts';
import { createFakeDirectory, createFakeStore } from './fakes.ts';

const commit = (partition: number, l: number, g = 3) => ({
  partition,
  offset: l + 1,
  metadata: JSON.stringify({ v: 1, g, l, a: 1_000 }),
});

/** What an operator is told of history; ClickHouse answers by `newest`, the log holds `bounds`. */
const ask = async (newest: HistoryReader['newest'] | undefined, committed = [commit(0, 5)]) => {
  const { store, hub } = createFakeStore();
  const app = fastify({ logger: false });
  const logReader: LogReader = {
    clusterId: async () => 'c',
    bounds: async () => [
      { partition: 0, start: 0, end: 100 },
      { partition: 1, start: 40, end: 60 },
      { partition: 2, start: 0, end: 0 },
    ],
    committed: async (group) => (group.endsWith('history') ? committed : []),
    close: async () => undefined,
  };
  const context = {
    store,
    lease: {} as Lease,
    directory: createFakeDirectory().directory,
    history: newest === undefined ? undefined : ({ newest } as HistoryReader),
    authenticate: async () => ({ sub: 's', role: 'operator', issuedAt: 0, expiresAt: 1e12 }),
  } as Partial<RestContext> as RestContext;
  registerStatus(app, context, { logReader, namespace: '', generation: 3 });
  const answer = await app.inject({ method: 'GET', url: '/v1/health/data' });
  await app.close();
  hub.close();
  expect(answer.statusCode).toBe(200);
  return answer.json<{ history: { lag?: number }; partitions: object[] }>();
};

describe('how far ClickHouse is behind', () => {
  it('is the records of the log after the newest event there, in every partition', async () => {
    const asked: number[] = [];
    const { history } = await ask(async (generation) => {
      asked.push(generation);
      return new Map([
        [0, 89],
        [1, 59],
      ]);
    });
    expect(history).toEqual({ lag: 10 });
    expect(asked).toEqual([3]);
  });

  it('counts what the log still holds where nothing is written', async () => {
    expect((await ask(async () => new Map(), [])).history).toEqual({ lag: 100 + 20 });
  });

  it('leaves out what history has committed without an event, in this generation', async () => {
    const newest = async () => new Map([[0, 89]]);
    expect((await ask(newest, [commit(0, 99), commit(1, 49)])).history).toEqual({ lag: 10 });
    expect((await ask(newest, [commit(0, 99, 2), commit(1, 49, 2)])).history).toEqual({ lag: 10 + 20 });
  });

  it('is not said while ClickHouse is away or where there is none; the rest is', async () => {
    for (const newest of [undefined, () => Promise.reject(new Error('away'))]) {
      const { history, partitions } = await ask(newest);
      expect(history).toEqual({});
      expect(partitions).toHaveLength(1);
    }
  });

  it('is not said where ClickHouse hangs, and nobody waits long for the rest', async () => {
    const hanging: HistoryReader['newest'] = (_, signal) =>
      new Promise((_resolve, reject) => {
        setTimeout(() => reject(new Error('its client gave up')), 4_000).unref();
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    const begun = performance.now();
    const { history, partitions } = await ask(hanging);
    expect(performance.now() - begun).toBeLessThan(2_500);
    expect(history).toEqual({});
    expect(partitions).toHaveLength(1);
  });
});
