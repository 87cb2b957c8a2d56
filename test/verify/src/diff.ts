/** Doubles of these names are compared within 1e-9, relative; everything else exactly. */
const DOUBLES = new Set(['value', 'base', 'delta', 'z', 'pulse', 'from', 'to']);
const RELATIVE = 1e-9;
/** Below this the difference of two nearly equal numbers is rounding alone: 1e-12 absolute. */
const SMALL = 1e-3;
const KEPT_PATHS = 20;

const kindOf = (path: string): string =>
  path
    .split('.')
    .filter((step, i) => i === 0 || !/^\d+$/.test(step))
    .map((step) => step.split(' ')[0] ?? '')
    .join('.');

/** Counts cells (leaves of what is expected, and leaves that nobody expected) and those that differ. */
export interface Differ {
  compare(path: string, expected: unknown, actual: unknown): void;
  readonly cells: number;
  readonly differing: number;
  /** The first differences, for a person. */
  readonly said: readonly string[];
  /** How many cells of each kind differ: paths without ids and places in lists. */
  readonly kinds: ReadonlyMap<string, number>;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isSame = (name: string, a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== 'number' || typeof b !== 'number' || !DOUBLES.has(name)) return false;
  return Math.abs(a - b) <= RELATIVE * Math.max(Math.abs(a), Math.abs(b), SMALL);
};

export const createDiffer = (): Differ => {
  let cells = 0;
  let differing = 0;
  const said: string[] = [];
  const kinds = new Map<string, number>();

  const leaf = (path: string, name: string, expected: unknown, actual: unknown): void => {
    cells++;
    if (isSame(name, expected, actual)) return;
    differing++;
    const kind = kindOf(path);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    if (said.length < KEPT_PATHS)
      said.push(`${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
  };

  const compare = (path: string, name: string, expected: unknown, actual: unknown): void => {
    if (!isObject(expected) && !isObject(actual)) {
      leaf(path, name, expected, actual);
      return;
    }
    // An empty object or list is a cell too: it says that nothing is there.
    const left = isObject(expected) ? expected : {};
    const right = isObject(actual) ? actual : {};
    if (isObject(expected) && isObject(actual) && Array.isArray(expected) !== Array.isArray(actual))
      leaf(path, name, expected, actual);
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    if (keys.size === 0) leaf(path, name, isObject(expected), isObject(actual));
    for (const key of keys)
      compare(
        `${path}.${key}`,
        key,
        Object.hasOwn(left, key) ? left[key] : undefined,
        Object.hasOwn(right, key) ? right[key] : undefined,
      );
  };

  return {
    compare: (path, expected, actual) => compare(path, path.split('.').at(-1) ?? '', expected, actual),
    get cells() {
      return cells;
    },
    get differing() {
      return differing;
    },
    said,
    kinds,
  };
};
