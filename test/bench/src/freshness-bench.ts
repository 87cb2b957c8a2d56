import { randomBytes } from 'node:crypto';
import { TOPICS } from '@liveboard/contracts';
import { connectFeed, type FeedClient, get, type Stack, tokenFor } from '@liveboard/e2e';
import { until } from '@liveboard/infra/ports';
import { createKafkaAdmin, type KafkaOptions } from '@liveboard/kafka';
import { type Acknowledged, startProducer, steadyNow } from './producer.ts';
import { figureOf, machineOf, percentile, type Report } from './report.ts';
import { usageOf } from './usage.ts';

const WATCHED = 5;
const USERS = 2_000;
const KNOWN_MS = 60_000;
const SEEN_MS = 30_000;
/** Not measured: connections are made and code is compiled. */
const WARM_MS = 5_000;

export interface FreshnessBench {
  readonly kafka: KafkaOptions;
  readonly stack: Stack;
  readonly rooms: number;
  /** Events a second. */
  readonly rate: number;
  readonly seconds: number;
}

/** How long after Kafka acknowledged it (`at`, ms of the steady clock) an event was in a client's frame, ms. */
export interface Sample {
  readonly at: number;
  readonly ms: number;
}

/** The rooms' frames: when each came, and up to which offset it tells. */
const framesOf = (client: FeedClient): Map<string, { at: number; offset: number }[]> => {
  const toSteady = steadyNow() - performance.now();
  const frames = new Map<string, { at: number; offset: number }[]>();
  client.messages.forEach((message, i) => {
    if (message.type !== 'snapshot' && message.type !== 'update') return;
    const of = frames.get(message.room_id) ?? [];
    frames.set(message.room_id, of);
    of.push({ at: (client.at[i] ?? 0) + toSteady, offset: message.offset });
  });
  return frames;
};

/** The first frame at `offset` or after it; frames of a room only rise. */
const firstAt = <T extends { readonly offset: number }>(frames: readonly T[], offset: number): T | undefined => {
  let [low, high] = [0, frames.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((frames[middle] as T).offset < offset) low = middle + 1;
    else high = middle;
  }
  return frames[low];
};

/** Finds for each acknowledged offset the first frame that tells of it or of a later one; `from`: ms of the steady clock. */
export const samplesOf = (
  acknowledged: readonly Acknowledged[],
  frames: ReadonlyMap<string, readonly { readonly at: number; readonly offset: number }[]>,
  from: number,
): { readonly samples: Sample[]; readonly unseen: number } => {
  const samples: Sample[] = [];
  let unseen = 0;
  for (const { at, marks } of acknowledged) {
    if (at < from) continue;
    for (const [room, offset] of marks) {
      const frame = firstAt(frames.get(room) ?? [], offset);
      if (frame === undefined) unseen++;
      else samples.push({ at, ms: frame.at - at });
    }
  }
  return { samples, unseen };
};

/** Subscribes to rooms as soon as they are known. */
const watch = async (client: FeedClient, { url, token }: { url: string; token: string }, rooms: readonly string[]) => {
  for (const room_id of rooms) {
    const isKnown = async (): Promise<boolean> =>
      (await get(url, `/v1/rooms/${room_id}/minutes`, token)).status === 200;
    if (!(await until(isKnown, KNOWN_MS, 200))) throw new Error(`the gateway did not come to know ${room_id}`);
    const answer = await client.ask({ type: 'subscribe', room_id });
    if (answer.type !== 'snapshot') throw new Error(`${room_id} could not be watched: ${JSON.stringify(answer)}`);
  }
};

/** A paced load beside one client of five rooms. @throws Error where a frame never came. */
export const measureFreshness = async ({ kafka, stack, rooms, rate, seconds }: FreshnessBench) => {
  const topic = stack.namespace + TOPICS.events.name;
  const admin = createKafkaAdmin(kafka);
  await admin.connect();
  const partitions = (await admin.bounds(topic)).length;
  await admin.disconnect();
  const run = randomBytes(4).toString('hex');
  const names = Array.from({ length: rooms }, (_, i) => `bench-${run}-${i}`);
  const watched = names.slice(0, WATCHED);
  const acknowledged: Acknowledged[] = [];
  const url = stack.gateway_url;
  const token = await tokenFor(url, 'demo-operator');
  const client = await connectFeed(url, { token });
  const ingest = stack.processes.find(({ name }) => name === 'ingest')?.pid;
  const load = { brokers: kafka.brokers, topic, partitions, rooms: names, users: USERS, rate, seconds, watched };
  const { child, done } = startProducer(load, (each) => acknowledged.push(each));
  try {
    await Promise.race([watch(client, { url, token }, watched), done]);
    const from = steadyNow() + WARM_MS;
    const before = ingest === undefined ? undefined : { at: steadyNow(), ...usageOf(ingest) };
    const produced = await done;
    const after = ingest === undefined ? undefined : { at: steadyNow(), ...usageOf(ingest) };
    const look = () => samplesOf(acknowledged, framesOf(client), from);
    await until(() => look().unseen === 0, SEEN_MS, 500);
    const { samples, unseen } = look();
    if (unseen > 0)
      throw new Error(`${unseen} acknowledged offsets were in no frame ${SEEN_MS / 1_000} s after the end`);
    if (samples.length === 0) throw new Error('nothing was measured: the load was over before the client watched');
    const usage =
      before === undefined || after === undefined
        ? undefined
        : { cpuUs: ((after.cpu - before.cpu) * 1e9) / (after.at - before.at) / rate, rss: after.rss };
    return { samples, produced, usage };
  } finally {
    child.kill();
    await client.close();
  }
};

/** Kafka's acknowledgement to the frame at a client that watches five of the rooms, at a steady rate. */
export const benchFreshness = async (bench: FreshnessBench): Promise<Report> => {
  const { samples, produced, usage } = await measureFreshness(bench);
  const ms = samples.map((sample) => sample.ms);
  return {
    v: 1,
    bench: 'freshness',
    at: new Date().toISOString(),
    machine: machineOf('4.1.1'),
    params: {
      rooms: bench.rooms,
      rate: bench.rate,
      seconds: bench.seconds,
      sent: produced.sent,
      samples: ms.length,
      producer_behind_ms: Math.round(produced.behindMs),
    },
    figures: {
      freshness_p50_ms: figureOf([percentile(ms, 0.5)], 'ms'),
      freshness_p99_ms: figureOf([percentile(ms, 0.99)], 'ms'),
      freshness_max_ms: figureOf([percentile(ms, 1)], 'ms'),
      ...(usage === undefined
        ? {}
        : {
            ingest_cpu_us_per_event: figureOf([usage.cpuUs], 'µs'),
            ingest_rss_mb: figureOf([usage.rss], 'MiB'),
          }),
    },
    ratios: {},
  };
};
