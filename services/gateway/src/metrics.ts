import { Counter, collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import type { FeedCounts } from './feed/server.ts';
import type { IntakeCounts } from './intake/route.ts';

export interface GatewaySources {
  readonly feed: () => FeedCounts;
  readonly hub: { readonly watched: number; readonly stale: number };
  readonly intake: () => IntakeCounts;
  /** Answers of REST by status, since the start. */
  readonly answers: () => Readonly<Record<number, number>>;
  readonly accessLog: { readonly unrecorded: number };
}

type Labelled = Readonly<Record<string, number | undefined>>;

/** The gateway's figures for Prometheus, read when they are asked for. Numbers of single rooms or partners have no place in labels. */
export const createMetrics = (registry: Registry, sources: GatewaySources): void => {
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const level = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  const total = (name: string, help: string, read: () => number): void => {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  const totals = (name: string, help: string, label: string, read: () => Labelled): void => {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read()))
          if (count !== undefined) this.inc({ [label]: value }, count);
      },
    });
  };

  const { feed, hub, intake } = sources;
  level('liveboard_feed_connections', 'Open connections of the feed', () => feed().connections);
  level('liveboard_feed_subscriptions', 'Rooms that clients watch, each client by itself', () => feed().subscriptions);
  level('liveboard_feed_rooms_watched', 'Rooms that at least one client watches', () => hub.watched);
  level(
    'liveboard_feed_rooms_stale',
    'Watched rooms whose numbers stand still because nobody counts their partition',
    () => hub.stale,
  );
  total('liveboard_feed_frames_total', 'Frames sent to clients', () => feed().frames);
  total('liveboard_feed_updates_total', 'Updates of rooms sent to clients', () => feed().updates);
  total(
    'liveboard_feed_conflations_total',
    'Rooms of slow clients whose updates gave way to one state',
    () => feed().conflations,
  );
  total(
    'liveboard_feed_lease_refusals_total',
    'Rooms refused because five were held, or because the lease could not tell',
    () => feed().leaseRefusals,
  );
  totals(
    'liveboard_feed_closed_total',
    'Connections that the gateway ended, by the name of the close code',
    'name',
    () => feed().closed,
  );
  totals(
    'liveboard_feed_refused_total',
    'Clients refused before the upgrade, by error code',
    'code',
    () => feed().refused,
  );
  totals('liveboard_rest_answers_total', 'Answers to requests, by status', 'status', sources.answers);
  total('liveboard_intake_events_total', 'Events that were posted and that Kafka acknowledged', () => intake().events);
  totals(
    'liveboard_intake_batches_total',
    'Batches of events that were posted, by the status of the answer',
    'status',
    () => intake().batches,
  );
  total(
    'liveboard_access_log_unrecorded_total',
    'Reads of history that were not answered, or not with numbers, since they could not be recorded',
    () => sources.accessLog.unrecorded,
  );
};
