import { setTimeout as pause } from 'node:timers/promises';
import { createDirectory, type Directory, type DirectoryRecord, type Folded } from '@liveboard/access';
import type { Role } from '@liveboard/contracts';
import type { FoldedLog, FoldedRecord } from '@liveboard/kafka';
import type { Log } from '@liveboard/runtime';

/** Rights that nobody could confirm for this long may have been revoked, ms. */
const UNCONFIRMED_MS = 30_000;
const AGAIN_MS = 1_000;

/** `reading`: from the first record to the log's end. `unconfirmed`: read, but for too long nobody could say that nothing followed. */
export type DirectoryState = 'reading' | 'ready' | 'unconfirmed';

/** What became of a record: `conflict`, somebody else's stands before it, or its step is not legal. */
export type Written = 'written' | 'conflict';

/** The directory as this gateway knows it, and the way to change it. */
export interface DirectoryStore {
  readonly directory: Directory;
  start(): void;
  state(): DirectoryState;
  /** Why nobody should be sent here; undefined: all is well. */
  notReady(): string | undefined;
  /** Why somebody of this role cannot be answered now; undefined: it can be. */
  refusal(role: Role): string | undefined;
  /** Appends records and reads them back. Rejects where Kafka does not answer; then nothing is known of them. */
  write(records: readonly DirectoryRecord[]): Promise<readonly Written[]>;
  stop(): Promise<void>;
}

export interface DirectoryStoreOptions {
  readonly createLog: (fold: (record: FoldedRecord) => Folded) => FoldedLog<Folded>;
  /** Written at the start where their `(kind, id)` has no record yet. */
  readonly seeds: readonly DirectoryRecord[];
  /** Told of each record that took effect, in the order of the log; `append` in ms. */
  readonly onApplied?: (record: DirectoryRecord, append: number) => void;
  readonly log: Log;
  /** How long to wait until seeds are written again after a failure, ms. */
  readonly againMs?: number;
}

const parse = (value: Buffer | null): unknown => {
  try {
    return JSON.parse((value ?? '').toString());
  } catch {
    return undefined;
  }
};

const message = (record: DirectoryRecord) => ({
  key: `${record.kind}/${record.id}`,
  value: Buffer.from(JSON.stringify(record)),
});

export const createDirectoryStore = (options: DirectoryStoreOptions): DirectoryStore => {
  const { seeds, log, againMs = AGAIN_MS } = options;
  const directory = createDirectory();
  let isRead = false;
  let stopped = false;

  const source = options.createLog(({ offset, append, value }) => {
    const record = parse(value);
    const folded = directory.apply(record, append);
    if (folded.kind === 'ignored') log.info({ offset, why: folded.why }, 'a record of the directory is ignored');
    else options.onApplied?.(record as DirectoryRecord, append);
    return folded;
  });

  const write = async (records: readonly DirectoryRecord[]): Promise<readonly Written[]> =>
    (await source.append(records.map(message))).map(({ kind }) => (kind === 'applied' ? 'written' : 'conflict'));

  /** What another gateway writes meanwhile is no conflict: it is the same. */
  const seed = async (): Promise<void> => {
    const absent = seeds.filter(({ kind, id }) => directory.revOf(kind, id) === 0);
    if (absent.length > 0) await write(absent);
  };

  const begin = async (): Promise<void> => {
    await source.ready;
    for (;;) {
      try {
        await seed();
        break;
      } catch (error) {
        if (stopped) return;
        log.warn(
          { err: error instanceof Error ? error.message : error },
          'the directory’s first records are not written',
        );
        await pause(againMs);
      }
    }
    isRead = true;
    log.info({ records: directory.revision }, 'the directory is read');
  };

  const state = (): DirectoryState => {
    if (!isRead) return 'reading';
    const age = source.unconfirmedMs();
    return age === undefined || age > UNCONFIRMED_MS ? 'unconfirmed' : 'ready';
  };
  const notReady = (): string | undefined => {
    switch (state()) {
      case 'reading':
        return 'the directory is not read yet';
      case 'unconfirmed':
        return 'the directory cannot be confirmed: Kafka does not answer';
      case 'ready':
        return undefined;
    }
  };
  return {
    directory,
    start: () => {
      source.start();
      void begin();
    },
    state,
    notReady,
    // Who else it is about is known until it was read again: only partners have rights that may have ended.
    refusal: (role) => (state() === 'reading' || role === 'partner' ? notReady() : undefined),
    write,
    stop: async () => {
      stopped = true;
      await source.stop();
    },
  };
};
