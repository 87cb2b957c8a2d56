/** A min-heap of things that happen later, ordered by instant and then by the order in which they were put in. */
export interface Schedule<T> {
  put(at: number, item: T): void;
  /** Removes and returns the earliest item that is due before `until` (exclusive), or undefined. */
  takeBefore(until: number): { at: number; item: T } | undefined;
  readonly size: number;
}

interface Entry<T> {
  at: number;
  seq: number;
  item: T;
}

const before = <T>(a: Entry<T>, b: Entry<T>): boolean => a.at < b.at || (a.at === b.at && a.seq < b.seq);

export function createSchedule<T>(): Schedule<T> {
  const heap: Entry<T>[] = [];
  let seq = 0;
  const at = (i: number): Entry<T> => heap[i] as Entry<T>;
  const swap = (i: number, j: number): void => {
    const held = at(i);
    heap[i] = at(j);
    heap[j] = held;
  };
  return {
    put(when, item) {
      heap.push({ at: when, seq: seq++, item });
      for (let i = heap.length - 1; i > 0; ) {
        const up = (i - 1) >> 1;
        if (!before(at(i), at(up))) break;
        swap(i, up);
        i = up;
      }
    },
    takeBefore(until) {
      const top = heap[0];
      if (top === undefined || top.at >= until) return undefined;
      const last = heap.pop() as Entry<T>;
      if (heap.length > 0) {
        heap[0] = last;
        for (let i = 0; ; ) {
          const left = 2 * i + 1;
          if (left >= heap.length) break;
          const right = left + 1;
          const down = right < heap.length && before(at(right), at(left)) ? right : left;
          if (!before(at(down), at(i))) break;
          swap(i, down);
          i = down;
        }
      }
      return { at: top.at, item: top.item };
    },
    get size() {
      return heap.length;
    },
  };
}
