import type { Compare, RoomInfo, RoomState } from '@liveboard/contracts';
import type { RoomStore } from '@liveboard/live-store';

/** A card as ingest wrote it. */
export interface StoredCard extends RoomInfo {
  readonly metrics?: Readonly<Record<string, number>>;
  readonly compare?: Compare;
  readonly state?: RoomState;
  readonly pulse?: number;
}

/** All cards, read at most once a second for everybody. `asOf`: when they were read, ms. */
export interface CardReader {
  all(): Promise<{ readonly cards: readonly StoredCard[]; readonly asOf: number }>;
}

const FRESH_MS = 1_000;
/** Ended rooms stand in the list for a day. */
const KEPT_MS = 86_400_000;

export const createCardReader = (store: RoomStore, now: () => number): CardReader => {
  let held: Promise<{ cards: readonly StoredCard[]; asOf: number }> | undefined;
  let at = Number.NEGATIVE_INFINITY;
  return {
    all: () => {
      if (held === undefined || now() - at > FRESH_MS) {
        at = now();
        const asOf = at;
        const reading = store.cards().then((texts) => ({
          cards: [...texts.values()]
            .map((text) => JSON.parse(text) as StoredCard)
            .filter(({ ended_at }) => ended_at === undefined || asOf - ended_at < KEPT_MS),
          asOf,
        }));
        // A failure is not kept: the next request asks again.
        reading.catch(() => {
          if (held === reading) held = undefined;
        });
        held = reading;
      }
      return held;
    },
  };
};
