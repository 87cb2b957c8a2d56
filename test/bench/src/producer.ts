import { type ChildProcess, spawn } from 'node:child_process';
import { partitionOf } from '@liveboard/contracts';
import { createKafkaProducer, type Placed } from '@liveboard/kafka';
import { createLog } from '@liveboard/runtime';
import { ROOT } from './place.ts';
import { createSteady, type SteadyEvent } from './steady.ts';

/** A pass of the loop each so many ms; what fell due since the last one is sent at once. */
const STEP_MS = 20;

/** What a paced producer is told. It opens the rooms, sends `rate` events a second for `seconds`, and closes them. */
export interface Load {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly partitions: number;
  readonly rooms: readonly string[];
  /** People of each room. */
  readonly users: number;
  /** Events a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Rooms whose acknowledged offsets it tells. */
  readonly watched: readonly string[];
}

/** An acknowledged send: when, by the machine's steady clock in ms, and the last offset in it of each watched room. */
export interface Acknowledged {
  readonly at: number;
  readonly marks: readonly (readonly [room: string, offset: number])[];
}

/** What a producer says at its end. `behindMs`: how far it was behind its own pace at worst. */
export interface Produced {
  readonly sent: number;
  readonly behindMs: number;
}

/** The machine's steady clock, the same in every process, ms. */
export const steadyNow = (): number => Number(process.hrtime.bigint()) / 1e6;

const marksOf = (
  events: readonly SteadyEvent[],
  placed: readonly Placed[],
  { partitions, watched }: Load,
): Acknowledged['marks'] => {
  const next = new Map(placed.map(({ partition, baseOffset }) => [partition, baseOffset]));
  const marks = new Map<string, number>();
  for (const { room } of events) {
    const partition = partitionOf(room, partitions);
    const offset = next.get(partition) ?? -1;
    next.set(partition, offset + 1);
    if (watched.includes(room)) marks.set(room, offset);
  }
  return [...marks];
};

/** The producer's process. Open loop: it never waits for an acknowledgement. */
export const produce = async (load: Load): Promise<void> => {
  const log = createLog('bench', 'error');
  const producer = createKafkaProducer({ brokers: load.brokers, clientId: 'liveboard-bench', log });
  await producer.connect();
  const steady = createSteady('steady', load);
  const waiting = new Set<Promise<void>>();
  const send = (events: readonly SteadyEvent[]): void => {
    const messages = events.map(({ room, value }) => ({
      key: room,
      value,
      partition: partitionOf(room, load.partitions),
    }));
    const sent = producer.send(load.topic, messages).then((placed) => {
      const said: Acknowledged = { at: steadyNow(), marks: marksOf(events, placed, load) };
      process.send?.(said);
      waiting.delete(sent);
    });
    waiting.add(sent);
  };
  send(steady.open(Date.now()));
  await Promise.all(waiting);
  const begun = steadyNow();
  const total = Math.floor(load.rate * load.seconds);
  let sent = 0;
  let behindMs = 0;
  while (sent < total) {
    await new Promise((next) => setTimeout(next, STEP_MS));
    const passed = steadyNow() - begun;
    const due = Math.min(total, Math.floor((passed / 1_000) * load.rate)) - sent;
    if (due <= 0) continue;
    behindMs = Math.max(behindMs, (due * 1_000) / load.rate);
    const now = Date.now();
    send(Array.from({ length: due }, () => steady.next(now)));
    sent += due;
  }
  await Promise.all(waiting);
  send(steady.close(Date.now()));
  await Promise.all(waiting);
  const end: Produced = { sent, behindMs };
  process.send?.(end);
  await producer.disconnect();
  process.disconnect();
};

/** Starts a producer in a process of its own; `done` rejects where it failed. */
export const startProducer = (
  load: Load,
  onAcknowledged: (acknowledged: Acknowledged) => void,
): { readonly child: ChildProcess; readonly done: Promise<Produced> } => {
  const args = ['--enable-source-maps', 'test/bench/dist/main.js', 'producer', JSON.stringify(load)];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let produced: Produced | undefined;
  child.on('message', (message) => {
    if ('marks' in (message as object)) onAcknowledged(message as Acknowledged);
    else produced = message as Produced;
  });
  const done = new Promise<Produced>((ok, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => {
      if (code === 0 && produced !== undefined) ok(produced);
      else fail(new Error(`the producer ended with code ${code}`));
    });
  });
  return { child, done };
};
