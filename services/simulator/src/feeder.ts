import { createNoise, type Fleet, LIVE_NOISE, type NoiseOptions, type WireRecord } from '@liveboard/simulator';

/** One Kafka message of the simulator. */
export interface OutgoingMessage {
  key: string | null;
  value: Buffer | null;
  partition?: number;
}

/** Where the records go. `send` resolves once they are acknowledged. */
export interface Sink {
  send(messages: OutgoingMessage[]): Promise<unknown>;
}

export interface FeederLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface FeederOptions {
  fleet: Fleet;
  sink: Sink;
  log: FeederLog;
  /** Wall clock, ms since 1970 UTC. */
  now: () => number;
  seed: string;
  noise?: NoiseOptions;
  /** How much of the past is kept for a broker that is away; what is older is dropped with a warning. Default 30 s. */
  bufferMs?: number;
}

/** Sends what the rooms have produced since the last time. */
export interface Feeder {
  /** Collects everything up to now and tries to send what is waiting. Never rejects. */
  step(): Promise<void>;
  /** Ends all rooms and sends what is left, once. Rejects when the broker refuses it. */
  finish(): Promise<void>;
  state(): { waiting: number; sent: number; dropped: number; lastSentAt: number | undefined };
}

const MAX_BATCH = 2_000;

export const toMessage = ({ key, value, partition }: WireRecord): OutgoingMessage => ({
  key,
  value: value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  ...(partition === undefined ? {} : { partition }),
});

export function createFeeder(options: FeederOptions): Feeder {
  const { fleet, sink, log, now, seed, bufferMs = 30_000 } = options;
  const noise = createNoise(seed, options.noise ?? LIVE_NOISE);
  let waiting: WireRecord[] = [];
  let sent = 0;
  let dropped = 0;
  let lastSentAt: number | undefined;
  let failing = false;

  const collect = (until: number): void => {
    noise.put(fleet.next(until));
    for (const record of noise.take(until)) waiting.push(record);
    const keepFrom = waiting.findIndex((record) => record.at >= until - bufferMs);
    const old = keepFrom === -1 ? waiting.length : keepFrom;
    if (old === 0) return;
    waiting = waiting.slice(old);
    dropped += old;
    log.warn({ dropped: old }, 'the broker has been away for too long, the oldest events are dropped');
  };

  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_BATCH);
      await sink.send(batch.map(toMessage));
      waiting = waiting.slice(batch.length);
      sent += batch.length;
      lastSentAt = now();
    }
  };

  return {
    async step() {
      collect(now());
      try {
        await flush();
        if (failing) log.info({}, 'the broker is back');
        failing = false;
      } catch (error) {
        if (!failing) log.warn({ err: error, waiting: waiting.length }, 'sending failed, will be tried again');
        failing = true;
      }
    },
    async finish() {
      const at = now();
      collect(at);
      noise.put(fleet.end(at));
      // What the noise still holds back is sent now: after the end there is nobody to send it.
      for (const record of noise.take(Number.POSITIVE_INFINITY)) waiting.push(record);
      await flush();
    },
    state: () => ({ waiting: waiting.length, sent, dropped, lastSentAt }),
  };
}
