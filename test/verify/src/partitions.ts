import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MAIN = fileURLToPath(new URL('../../verify/dist/main.js', import.meta.url));
/** Processes at once. */
const AT_ONCE = 2;
const HEAP_MIB = 3_000;
const KEPT_PATHS = 20;
const OUTPUT_BYTES = 64 * 1_024 * 1_024;

/** What came out of comparing one partition, or several. */
export interface Tally {
  readonly records: number;
  readonly cells: number;
  readonly differing: number;
  /** Records that the ledgers do not account for. */
  readonly off: number;
  readonly said: readonly string[];
  readonly kinds: readonly (readonly [kind: string, count: number])[];
  /** Resident memory of the largest process at its highest, MiB. */
  readonly rssMb: number;
}

export const NOTHING: Tally = { records: 0, cells: 0, differing: 0, off: 0, said: [], kinds: [], rssMb: 0 };

export const addTallies = (a: Tally, b: Tally): Tally => {
  const kinds = new Map(a.kinds);
  for (const [kind, count] of b.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  return {
    records: a.records + b.records,
    cells: a.cells + b.cells,
    differing: a.differing + b.differing,
    off: a.off + b.off,
    said: [...a.said, ...b.said].slice(0, KEPT_PATHS),
    kinds: [...kinds],
    rssMb: Math.max(a.rssMb, b.rssMb),
  };
};

/** Compares all partitions of a stack, each in a process of its own, so that only a few of them are in memory. */
export const checkPartitions = async (stackFile: string, partitions: number, redisWasLost: boolean): Promise<Tally> => {
  const waiting = [...Array(partitions).keys()];
  let sum = NOTHING;
  const work = async (): Promise<void> => {
    for (let n = waiting.shift(); n !== undefined; n = waiting.shift()) {
      const args = [
        `--max-old-space-size=${HEAP_MIB}`,
        '--enable-source-maps',
        MAIN,
        'partition',
        String(n),
        stackFile,
      ];
      if (redisWasLost) args.push('redis-was-lost');
      const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: OUTPUT_BYTES });
      sum = addTallies(sum, JSON.parse(stdout) as Tally);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return sum;
};

/** The last line of a run, which others read. */
export const verdictOf = ({ cells, differing, off }: Pick<Tally, 'cells' | 'differing' | 'off'>): string =>
  `${cells} cells compared, ${differing} differ, ledger ${off === 0 ? 'balanced' : `off by ${off}`}`;
