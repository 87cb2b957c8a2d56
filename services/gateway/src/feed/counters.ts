import type { CloseName } from '@liveboard/contracts';

/** What happened at the feed since the start, for an operator. One record, counted on where things happen. */
export interface FeedCounters {
  /** Rooms that clients are subscribed to now, each client by itself. */
  subscriptions: number;
  frames: number;
  /** Updates of rooms that were sent. */
  updates: number;
  /** Rooms of a slow client whose updates gave way to one state. */
  conflations: number;
  /** Rooms refused because five were held, or because the lease could not tell. */
  leaseRefusals: number;
  /** By close name: connections that the gateway ended. */
  readonly closed: Partial<Record<CloseName, number>>;
  /** By error code: clients refused before the upgrade. */
  readonly refused: Record<string, number>;
}

export const createFeedCounters = (): FeedCounters => ({
  subscriptions: 0,
  frames: 0,
  updates: 0,
  conflations: 0,
  leaseRefusals: 0,
  closed: {},
  refused: {},
});
