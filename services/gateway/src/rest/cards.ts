import type { Compare, RoomInfo, RoomState } from '@liveboard/contracts';
import type { RoomStore } from '@liveboard/live-store';
import type { Log } from '@liveboard/runtime';
import { z } from 'zod';

/** A card as ingest wrote it. */
export interface StoredCard extends RoomInfo {
  readonly metrics?: Readonly<Record<string, number>>;
  readonly compare?: Compare;
  readonly state?: RoomState;
  readonly pulse?: number;
  /** Distinct users who entered; only the list's order is made of it. */
  readonly viewers?: number;
}

/** All cards, read at most once a second for everybody. `asOf`: when they were read, ms. */
export interface CardReader {
  all(): Promise<{ readonly cards: readonly StoredCard[]; readonly asOf: number }>;
}

const FRESH_MS = 1_000;
/** Ended rooms stand in the list for a day. */
const KEPT_MS = 86_400_000;

/** What the list itself reads of a card. */
const readable = z.looseObject({
  room_id: z.string(),
  status: z.enum(['live', 'ended']),
  totals_from: z.number(),
  name: z.string().optional(),
  handle: z.string().optional(),
  started_at: z.number().optional(),
  ended_at: z.number().optional(),
  viewers: z.number().optional(),
  metrics: z.record(z.string(), z.number()).optional(),
  compare: z.looseObject({ state: z.string() }).optional(),
});

/** Undefined for a text that is no card. */
const parseCard = (text: string): StoredCard | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return readable.safeParse(value).success ? (value as StoredCard) : undefined;
  } catch {
    return undefined;
  }
};

export const createCardReader = (store: RoomStore, now: () => number, log: Log): CardReader => {
  let held: Promise<{ cards: readonly StoredCard[]; asOf: number }> | undefined;
  let at = Number.NEGATIVE_INFINITY;
  return {
    all: () => {
      if (held === undefined || now() - at > FRESH_MS) {
        at = now();
        const asOf = at;
        const reading = store.cards().then((texts) => {
          const unreadable: string[] = [];
          const cards = [...texts].flatMap(([roomId, text]) => {
            const card = parseCard(text);
            if (card === undefined) unreadable.push(roomId);
            return card ?? [];
          });
          if (unreadable.length > 0) log.warn({ rooms: unreadable }, 'cards that cannot be read are left out');
          return {
            cards: cards.filter(({ ended_at }) => ended_at === undefined || asOf - ended_at < KEPT_MS),
            asOf,
          };
        });
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
