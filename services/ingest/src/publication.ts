import type { Flush, PartitionWriter, RewritePart } from '@liveboard/live-store';
import type { Log } from '@liveboard/runtime';
import type { Drain, Partition } from '@liveboard/windows';
import { createPublisher } from './publish.ts';

const ROOMS_A_REWRITE = 200;

export interface PublicationOptions {
  readonly n: number;
  readonly generation: number;
  readonly partition: Partition;
  readonly writer: PartitionWriter;
  /** Whether the group, asked now, still says that the partition is ours. */
  readonly confirm: () => Promise<boolean>;
  /** Where the partition's log ends now. */
  readonly logEnd: () => Promise<number>;
  /** Redis holds the state of another log: an operator must act. */
  readonly onRefused: (why: string) => void;
  readonly log: Log;
}

/** The partition's way to Redis. One call at a time. */
export interface Publication {
  /** Tells Redis what changed; resolves to what was drained, which `live.minutes` must be told too. Never rejects. */
  flush(): Promise<Drain | undefined>;
  /** Whether Redis holds all that was flushed. */
  readonly isCurrent: boolean;
  readonly lostFences: number;
}

type Hold = { readonly fence: number; stored: number | undefined };

/**
 * Redis is a cache: whatever goes wrong with it, the owner writes all its rooms again from memory. A fence is claimed
 * again only after the group confirmed the partition, so that an owner that was asleep cannot take it from its heir.
 */
export const createPublication = (options: PublicationOptions): Publication => {
  const { n, partition, writer, confirm, log } = options;
  const publisher = createPublisher(options.generation, Date.now);
  let forgotten: string[] = [];
  let hold: Hold | undefined;
  let mayClaim = true;
  let rewrite = true;
  /** Rooms that Redis let go of, as it does when their time to live is over: the next flush tells them whole. */
  let absent: string[] = [];
  let lostFences = 0;

  const lose = (why: string, details: object): void => {
    log.warn({ partition: n, ...details }, `${why}; writing all again`);
    hold = undefined;
    rewrite = true;
    absent = [];
    mayClaim = false;
    // Not ours any more: the group's next answer releases this owner.
    void confirm().then((ours) => {
      mayClaim = ours;
    });
  };

  const claim = async (): Promise<Hold | undefined> => {
    if (!mayClaim) return undefined;
    const refuse = (why: string): undefined => {
      mayClaim = false;
      options.onRefused(why);
    };
    const claimed = await writer.claim();
    if (claimed.kind === 'refused') return refuse(claimed.why);
    const { fence, applied } = claimed;
    // A log that was made anew repeats its offsets: what Redis has would be waited for in vain, or taken for this log's.
    if (applied !== undefined && applied > partition.applied && applied >= (await options.logEnd()))
      return refuse(
        `Redis has partition ${n} at ${applied}, its log ends before: it is another log; raise LIVEBOARD_LOG_GENERATION`,
      );
    return { fence, stored: applied };
  };

  /** Where only some rooms are written again, the list of cards stays. */
  const partOf = (isFirst: boolean, isLast: boolean): RewritePart | undefined => {
    if (rewrite && isFirst) return isLast ? 'only' : 'first';
    // With rooms that are absent it is none of the flushes that Redis takes for sent twice where nothing was applied since.
    if (rewrite || absent.length > 0) return isLast ? 'last' : 'more';
    return undefined;
  };

  const flushesOf = (drain: Drain, intact: number | undefined): Omit<Flush, 'expected'>[] => {
    const { streamTime, ledger, applied: next, append } = drain;
    const size = rewrite || absent.length > 0 ? ROOMS_A_REWRITE : Number.POSITIVE_INFINITY;
    const flushes: Omit<Flush, 'expected'>[] = [];
    for (let i = 0; i === 0 || i < drain.rooms.length; i += size) {
      const part = partOf(i === 0, i + size >= drain.rooms.length);
      const rooms = drain.rooms.slice(i, i + size).map((room) => publisher.writeOf(room, rewrite ? intact : undefined));
      // Where the list of cards begins anew there is none to take out, and one of them may have come back since.
      flushes.push({ streamTime, ledger, forgotten: rewrite || i > 0 ? [] : forgotten, next, append, part, rooms });
    }
    return flushes;
  };

  const write = async (held: Hold, drain: Drain): Promise<void> => {
    const flushes = flushesOf(drain, held.stored);
    rewrite = false;
    absent = [];
    for (const flush of flushes) {
      const answer = await writer.flush(held.fence, { ...flush, expected: held.stored });
      if (answer.kind === 'fenced') {
        lostFences++;
        lose('another owner holds the fence', {});
        return;
      }
      if (answer.kind === 'behind') {
        lose('Redis stands elsewhere', { expected: held.stored, applied: answer.applied });
        return;
      }
      absent.push(...answer.absent);
    }
    held.stored = drain.applied;
    forgotten = [];
  };

  const flush = async (): Promise<Drain | undefined> => {
    let drain: Drain | undefined;
    const take = (rooms: readonly string[]): Drain => {
      const taken = partition.drain(rooms);
      publisher.forget(taken.forgotten);
      forgotten = [...forgotten, ...taken.forgotten];
      drain = taken;
      return taken;
    };
    try {
      hold ??= await claim();
      // Redis may be ahead of a restored state: nothing is said before the log was read that far again.
      if (hold?.stored !== undefined && hold.stored > partition.applied) return undefined;
      const isWhole = rewrite && hold !== undefined;
      if (!partition.dirty && !isWhole && absent.length === 0) return undefined;
      const taken = take(isWhole ? partition.rooms() : absent);
      if (hold !== undefined) await write(hold, taken);
    } catch (error) {
      lose('Redis did not answer', { err: error instanceof Error ? error.message : error });
      if (drain === undefined && partition.dirty) take([]);
    }
    return drain;
  };

  return {
    flush,
    get isCurrent() {
      return hold !== undefined && !rewrite && absent.length === 0;
    },
    get lostFences() {
      return lostFences;
    },
  };
};
