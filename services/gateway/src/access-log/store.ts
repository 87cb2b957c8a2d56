import type { FoldedLog, FoldedRecord } from '@liveboard/kafka';
import type { Log } from '@liveboard/runtime';
import { within } from '../within.ts';
import { type AccessLog, createAccessLog, type ReadRecord } from './entries.ts';
import { createRecorder, type Recorder } from './recorder.ts';

/** What the newest steps and reads were, and the way to add reads. */
export interface AccessLogStore extends Pick<AccessLog, 'list' | 'step'> {
  start(): void;
  /** Why the log cannot be shown now; undefined: it can. */
  notReady(): string | undefined;
  /**
   * Whether what is about to be shown was recorded, or need not be; false where that is not known within `waitMs`. What is not recorded must
   * not be shown.
   */
  record(waitMs: number, ...what: Parameters<Recorder['record']>): Promise<boolean>;
  /** How many reads were not shown since they could not be recorded. */
  readonly unrecorded: number;
  stop(): Promise<void>;
}

/** Steps and reads that a gateway shows, and reads that it reads from the log when it starts. Some 300 bytes each. */
export const KEPT = 50_000;
/** Of what was added meanwhile nothing is known, ms. */
const UNCONFIRMED_MS = 30_000;

const parse = (value: Buffer | null): unknown => {
  try {
    return JSON.parse((value ?? '').toString());
  } catch {
    return undefined;
  }
};

export interface AccessLogOptions {
  readonly createLog: (fold: (record: FoldedRecord) => boolean) => FoldedLog<boolean>;
  readonly now: () => number;
  readonly log: Log;
}

export const createAccessLogStore = ({ createLog, now, log }: AccessLogOptions): AccessLogStore => {
  const accessLog = createAccessLog(KEPT);
  const source = createLog(({ offset, append, value }) => accessLog.read(parse(value), append, offset));
  const write = (records: readonly ReadRecord[]): Promise<unknown> =>
    source.append(records.map((each) => ({ key: each.room_id, value: Buffer.from(JSON.stringify(each)) })));
  const recorder = createRecorder(write, now);
  let unrecorded = 0;
  let isRead = false;
  return {
    list: accessLog.list,
    step: accessLog.step,
    start: () => {
      source.start();
      void source.ready.then(() => {
        isRead = true;
      });
    },
    notReady: () => {
      if (!isRead) return 'the access log is not read yet';
      const age = source.unconfirmedMs() ?? Number.POSITIVE_INFINITY;
      return age > UNCONFIRMED_MS ? 'the access log cannot be confirmed: Kafka does not answer' : undefined;
    },
    record: async (waitMs, principal, reads) => {
      try {
        await within(waitMs, recorder.record(principal, reads));
        return true;
      } catch (error) {
        unrecorded++;
        log.warn({ err: error instanceof Error ? error.message : error }, 'a read of history could not be recorded');
        return false;
      }
    },
    get unrecorded() {
      return unrecorded;
    },
    stop: () => source.stop(),
  };
};
