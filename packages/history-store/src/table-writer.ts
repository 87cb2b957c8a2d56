import type { Log } from '@liveboard/runtime';
import type { Chunk } from './encode.ts';

/** What an insert came to. `refused`: the server answered, and would not have it. */
export type Insert = (lines: readonly Buffer[]) => Promise<{ readonly kind: 'written' } | Failed>;
export interface Failed {
  readonly kind: 'refused' | 'unanswered';
  readonly why: string;
}

export interface WriterLimits {
  readonly batchRows: number;
  readonly batchBytes: number;
  /** A batch waits for company this long, ms. */
  readonly batchMs: number;
  /** Rows that are not acknowledged, in bytes, beyond which the writer is full. */
  readonly waitingBytes: number;
  /** The first pause after a failure and the longest, ms. */
  readonly retryMs: readonly [number, number];
}

export const LIMITS: WriterLimits = {
  batchRows: 50_000,
  batchBytes: 16 * 1_048_576,
  batchMs: 1_000,
  waitingBytes: 32 * 1_048_576,
  retryMs: [250, 10_000],
};

export interface WriterStatus {
  readonly rows: number;
  readonly retries: Readonly<Record<Failed['kind'], number>>;
  /** How often in a row the server has refused the batch at hand. */
  readonly refusedNow: number;
  readonly waitingBytes: number;
  /** Age of the oldest row that is not acknowledged, ms. */
  readonly oldestMs: number;
}

/** Writes one table in batches, in order, one at a time. */
export interface TableWriter {
  /** Resolves once the server acknowledged it; never rejects. */
  add(chunk: Chunk): Promise<void>;
  /** Undefined while there is room; else what resolves once there is. */
  readonly full: Promise<void> | undefined;
  status(): WriterStatus;
  /** Tries what waits once more, then gives up. What was not acknowledged never is. */
  close(): Promise<void>;
}

interface Waiting extends Chunk {
  readonly at: number;
  readonly done: () => void;
}

export interface WriterOptions {
  readonly table: string;
  readonly insert: Insert;
  readonly log: Log;
  readonly limits?: Partial<WriterLimits>;
  /** A steady clock, ms. */
  readonly now?: () => number;
}

/**
 * A batch that was not acknowledged is sent again as it was, for as long as it takes: whether the server wrote it is not
 * known, and writing the same keys twice is harmless, while leaving a row out is not.
 */
export const createTableWriter = ({
  table,
  insert,
  log,
  limits: given = {},
  now = () => performance.now(),
}: WriterOptions): TableWriter => {
  const limits = { ...LIMITS, ...given };
  /** In the order in which they came; the batch at hand is the first of them. */
  const waiting: Waiting[] = [];
  let waitingBytes = 0;
  let waitingRows = 0;
  let rows = 0;
  const retries = { refused: 0, unanswered: 0 };
  let refusedNow = 0;
  let closing = false;
  let running: Promise<void> | undefined;
  /** Ends the pause at hand; `gathering` while that is for more rows to come. */
  let wake: () => void = () => undefined;
  let gathering = false;
  let room: { readonly promise: Promise<void>; readonly open: () => void } | undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((next) => {
      const timer = setTimeout(next, ms);
      wake = () => {
        clearTimeout(timer);
        next();
      };
    });

  const isWhole = (): boolean => waitingRows >= limits.batchRows || waitingBytes >= limits.batchBytes;

  /** How many of those that wait make up the next batch. */
  const measure = (): number => {
    let [count, sumRows, sumBytes] = [0, 0, 0];
    for (const chunk of waiting) {
      sumRows += chunk.rows;
      sumBytes += chunk.bytes.length;
      if (count > 0 && (sumRows > limits.batchRows || sumBytes > limits.batchBytes)) break;
      count++;
    }
    return count;
  };

  /** True once the server has it. */
  const send = async (batch: readonly Waiting[]): Promise<boolean> => {
    const lines = batch.map(({ bytes }) => bytes);
    let wait = limits.retryMs[0];
    for (;;) {
      const answer = await insert(lines);
      if (answer.kind === 'written') return true;
      retries[answer.kind]++;
      refusedNow = answer.kind === 'refused' ? refusedNow + 1 : 0;
      const said = { table, why: answer.why, batches: batch.length, again: !closing };
      if (answer.kind === 'refused') log.error(said, 'the server refuses a batch; sending it again');
      else log.warn(said, 'a batch was not acknowledged; sending it again');
      if (closing) return false;
      // Spread, so that instances do not come back in the same moment.
      await pause(wait * (0.5 + Math.random() / 2));
      wait = Math.min(wait * 2, limits.retryMs[1]);
    }
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const [first] = waiting as [Waiting];
      const due = first.at + limits.batchMs - now();
      if (!isWhole() && due > 0 && !closing) {
        gathering = true;
        await pause(due);
        gathering = false;
        continue;
      }
      const batch = waiting.slice(0, measure());
      if (!(await send(batch))) return;
      refusedNow = 0;
      waiting.splice(0, batch.length);
      for (const chunk of batch) {
        waitingBytes -= chunk.bytes.length;
        waitingRows -= chunk.rows;
        rows += chunk.rows;
        chunk.done();
      }
      if (room !== undefined && waitingBytes <= limits.waitingBytes) {
        room.open();
        room = undefined;
      }
    }
  };

  const start = (): void => {
    running ??= run().finally(() => {
      running = undefined;
      if (waiting.length > 0 && !closing) start();
    });
  };

  return {
    add: (chunk) =>
      new Promise((done) => {
        if (closing) return;
        waiting.push({ ...chunk, at: now(), done });
        waitingBytes += chunk.bytes.length;
        waitingRows += chunk.rows;
        if (gathering && isWhole()) wake();
        start();
      }),
    get full() {
      if (waitingBytes <= limits.waitingBytes) return undefined;
      if (room === undefined) {
        let open = (): void => undefined;
        const promise = new Promise<void>((next) => {
          open = next;
        });
        room = { promise, open };
      }
      return room.promise;
    },
    status: () => ({
      rows,
      retries: { ...retries },
      refusedNow,
      waitingBytes,
      oldestMs: waiting[0] === undefined ? 0 : now() - waiting[0].at,
    }),
    close: async () => {
      closing = true;
      wake();
      await running;
    },
  };
};
