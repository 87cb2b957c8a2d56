import type { Language } from './comments.ts';
import type { SimEventType } from './events.ts';
import type { ExpectedState, Shape } from './shapes.ts';

export type CharacterKind =
  | 'steady'
  | 'peak'
  | 'trouble'
  | 'just_started'
  | 'no_snapshots'
  | 'few_event_types'
  | 'sleeper';

export interface Product {
  title: string;
  /** Minor units of the character's currency. */
  price_minor: number;
}

/** One shop's way of being live: who it is, how large its crowd is and what happens to it. Rates are per second. */
export interface Character {
  /** Part of the room id. */
  key: string;
  kind: CharacterKind;
  name: string;
  handle: string;
  title: string;
  account_id: string;
  shop_id: string;
  /** Users are drawn from the market's pool, so that one person can be met in several rooms. */
  market: string;
  currency: string;
  timezone: string;
  languages: readonly Language[];
  products: readonly Product[];
  /** Entries per second at factor 1. */
  viewsPerSecond: number;
  /** Mean stay of a viewer, seconds. */
  staySeconds: number;
  /** Product clicks per entry. */
  clicksPerView: number;
  /** Orders per product click. */
  ordersPerClick: number;
  /** Share of orders that are never paid and get cancelled. */
  unpaid: number;
  snapshots: boolean;
  /** When given, the source sends (and declares) only these. */
  eventTypes?: readonly SimEventType[];
  /** A room that ends after `minutes` and starts again, as another room, `pauseMinutes` later. */
  streams?: { minutes: number; pauseMinutes: number };
  /** Minutes during which nothing is pinned. */
  nothingPinned?: (minute: number) => boolean;
  shape: Shape;
  /** What a board should say at this (fractional) minute of the room. */
  expected: (minute: number) => ExpectedState;
}
