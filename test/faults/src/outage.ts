import { measureFreshness, type Sample } from '@liveboard/bench/freshness';
import { steadyNow } from '@liveboard/bench/producer';
import { percentile } from '@liveboard/bench/report';
import { DEFAULT_PARTITIONS, TICK_TYPE } from '@liveboard/contracts';
import type { Stack } from '@liveboard/e2e';
import { createLog } from '@liveboard/runtime';
import { connectSystem, type System } from '@liveboard/verify';

const ROOMS = 400;
const TICK_MS = 5_000;
const LOOK_MS = 1_000;
const BEFORE_MS = 60_000;
/** Twice the input rate: what piled up during the outage is gone after as long again. */
const LEAST = 2;
/** How much larger the p99 of freshness may become meanwhile. */
const MOST = 0.1;

/** Records up to the newest event of each partition that ClickHouse has, summed: how much of the log it holds. */
const written = async ({ history }: System): Promise<number> => {
  // A count of the rows themselves would take memory and time from what is measured.
  const [row] = await history.query<{ n: string }>(
    'SELECT sum(next) AS n FROM (SELECT max(`offset`) + 1 AS next FROM events GROUP BY `partition`)',
  );
  return Number(row?.n ?? 0);
};

/** Where the partitions end, summed. */
const logEnd = async (system: System): Promise<number> =>
  [...(await system.ends()).values()].reduce((sum, end) => sum + end, 0);

const tick = (system: System): Promise<unknown> => {
  const value = Buffer.from(JSON.stringify({ v: 1, type: TICK_TYPE, ts: Date.now() }));
  return system.producer.send(
    system.topic('events'),
    Array.from({ length: DEFAULT_PARTITIONS }, (_, partition) => ({ key: null, value, partition })),
  );
};

/** ClickHouse answers nobody for so many minutes under load: how fast history catches up, and what boards notice. Gives what is beyond its bound. */
export const runOutage = async (
  stack: Stack,
  { rate, outageMinutes }: { readonly rate: number; readonly outageMinutes: number },
  say: (text: string) => void,
): Promise<string[]> => {
  const pid = stack.processes.find(({ name }) => name === 'clickhouse')?.pid;
  if (pid === undefined) throw new Error('--outage-minutes: the stack runs no ClickHouse of its own');
  const outageMs = outageMinutes * 60_000;
  const kafka = {
    brokers: stack.kafka_brokers.split(','),
    clientId: 'liveboard-faults',
    log: createLog('faults', 'error'),
  };
  const system = await connectSystem(stack);
  const ticker = setInterval(() => void tick(system).catch(() => undefined), TICK_MS);
  const sleep = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms));
  const from = steadyNow();
  let isStopped = false;
  try {
    // Long enough for catching up at the least rate, and some more.
    const seconds = (BEFORE_MS + outageMs + outageMs / (LEAST - 1) + 30_000) / 1_000;
    const measuring = measureFreshness({ kafka, stack, rooms: ROOMS, rate, seconds });
    measuring.catch(() => undefined);
    await sleep(BEFORE_MS);
    const before = { written: await written(system), end: await logEnd(system) };
    process.kill(pid, 'SIGSTOP');
    isStopped = true;
    const stoppedAt = steadyNow();
    await sleep(outageMs);
    const waiting = (await logEnd(system)) - before.written;
    process.kill(pid, 'SIGCONT');
    isStopped = false;
    const wentOnAt = steadyNow();
    const input = (waiting + before.written - before.end) / ((wentOnAt - stoppedAt) / 1_000);
    say(`${waiting} records wait for ClickHouse, ${Math.round(input)} came a second`);
    let caughtUpMs: number | undefined;
    let records = 0;
    while (caughtUpMs === undefined) {
      await sleep(LOOK_MS);
      const passedMs = steadyNow() - wentOnAt;
      const end = await logEnd(system);
      const now = await written(system);
      records = now - before.written;
      // As near to the end as it is in a quiet time: a batch waits for a second.
      if (end - now <= (input * 2 * LOOK_MS) / 1_000) caughtUpMs = passedMs;
      else if (passedMs > 4 * outageMs + 60_000) break;
    }
    const { samples } = await measuring;
    const between = (a: number, b: number): number[] =>
      samples.filter(({ at }: Sample) => at >= a && at < b).map(({ ms }: Sample) => ms);
    const [calm, away] = [between(from, stoppedAt), between(stoppedAt, wentOnAt)];
    const figures = (list: readonly number[]): string =>
      `p50 ${percentile(list, 0.5).toFixed(0)} ms, p99 ${percentile(list, 0.99).toFixed(0)} ms of ${list.length}`;
    say(`freshness before the outage: ${figures(calm)}`);
    say(`freshness during the outage: ${figures(away)}`);
    const change = percentile(away, 0.99) / percentile(calm, 0.99) - 1;
    const changed = `p99 changed by ${(change * 100).toFixed(1)} %, bound +${MOST * 100} %`;
    say(changed);
    const perSecond = caughtUpMs === undefined ? 0 : records / (caughtUpMs / 1_000);
    const caughtUp =
      caughtUpMs === undefined
        ? 'history has not caught up'
        : `history caught up in ${(caughtUpMs / 1_000).toFixed(0)} s: ${Math.round(perSecond)} records a second, ${(perSecond / input).toFixed(1)} x the input, bound ${LEAST} x`;
    say(caughtUp);
    return [...(change > MOST ? [`freshness: ${changed}`] : []), ...(perSecond < LEAST * input ? [caughtUp] : [])];
  } finally {
    if (isStopped) process.kill(pid, 'SIGCONT');
    clearInterval(ticker);
    await system.close();
  }
};
