import { backfill, createNoise, type Fleet, LIVE_NOISE } from '@liveboard/simulator';
import { type OutgoingMessage, type Sink, toMessage } from './feeder.ts';

/** Records sent at once, and how many such sends are under way. */
const BATCH = 5_000;
const SENDS = 4;
/** A remainder this short is left to the feeder. */
const CAUGHT_UP_MS = 10_000;

export interface PastOptions {
  readonly fleet: Fleet;
  readonly sink: Sink;
  readonly seed: string;
  readonly from: number;
  readonly partitions: number;
  readonly now: () => number;
  /** Told the instant up to which all was handed to the sink, again and again. */
  readonly onProgress: (at: number) => void;
}

/** Sends what the rooms did between `from` and now, with its ticks, as fast as it goes. Resolves to the records sent. */
export const sendPast = async ({
  fleet,
  sink,
  seed,
  from,
  partitions,
  now,
  onProgress,
}: PastOptions): Promise<number> => {
  const noise = createNoise(seed, LIVE_NOISE);
  const sends = new Set<Promise<void>>();
  let batch: OutgoingMessage[] = [];
  let sent = 0;
  const send = async (): Promise<void> => {
    const sending = sink.send(batch).then(() => {
      sends.delete(sending);
    });
    sends.add(sending);
    sent += batch.length;
    batch = [];
    if (sends.size >= SENDS) await Promise.race(sends);
  };
  for (let at = from; now() - at > CAUGHT_UP_MS; ) {
    const to = now();
    for (const records of backfill(fleet, noise, { from: at, to, partitions })) {
      for (const record of records) batch.push(toMessage(record));
      if (batch.length < BATCH) continue;
      await send();
      onProgress(records.at(-1)?.at ?? at);
    }
    at = to;
  }
  await send();
  await Promise.all(sends);
  return sent;
};
