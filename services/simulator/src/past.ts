import { backfill, createNoise, type Fleet, LIVE_NOISE } from '@liveboard/simulator';
import { type OutgoingMessage, type Sink, toMessage } from './feeder.ts';

/** Records of one send. One send is under way at a time, the next is made meanwhile: two could change places in the log. */
const BATCH = 5_000;
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
  let sending: Promise<unknown> = Promise.resolve();
  let batch: OutgoingMessage[] = [];
  let sent = 0;
  const send = async (): Promise<void> => {
    await sending;
    sending = sink.send(batch);
    sent += batch.length;
    batch = [];
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
  await sending;
  return sent;
};
