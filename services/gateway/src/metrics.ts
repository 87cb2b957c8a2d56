import { Counter, Gauge, Registry } from 'prom-client';
import type { FeedCounts } from './feed/server.ts';
import type { IntakeCounts } from './intake/route.ts';

/** The gateway's figures for Prometheus. Numbers of single rooms or partners have no place in labels. */
export const createMetrics = (
  counts: () => FeedCounts,
  watched: () => number,
  intake: () => IntakeCounts,
): Registry => {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'liveboard_feed_connections',
    help: 'Open connections of the feed.',
    registers,
    collect() {
      this.set(counts().connections);
    },
  });
  new Gauge({
    name: 'liveboard_feed_rooms_watched',
    help: 'Rooms that at least one client watches.',
    registers,
    collect() {
      this.set(watched());
    },
  });
  new Counter({
    name: 'liveboard_feed_frames_total',
    help: 'Frames sent to clients.',
    registers,
    collect() {
      this.reset();
      this.inc(counts().frames);
    },
  });
  new Counter({
    name: 'liveboard_feed_closed_total',
    help: 'Connections that the gateway ended, by the name of the close code.',
    labelNames: ['name'],
    registers,
    collect() {
      this.reset();
      for (const [name, count] of Object.entries(counts().closed)) this.inc({ name }, count);
    },
  });
  new Counter({
    name: 'liveboard_feed_refused_total',
    help: 'Clients refused before the upgrade, by error code.',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset();
      for (const [code, count] of Object.entries(counts().refused)) this.inc({ code }, count);
    },
  });
  new Counter({
    name: 'liveboard_intake_events_total',
    help: 'Events that were posted and that Kafka acknowledged.',
    registers,
    collect() {
      this.reset();
      this.inc(intake().events);
    },
  });
  new Counter({
    name: 'liveboard_intake_batches_total',
    help: 'Batches of events that were posted, by the status of the answer.',
    labelNames: ['status'],
    registers,
    collect() {
      this.reset();
      for (const [status, count] of Object.entries(intake().batches)) this.inc({ status }, count);
    },
  });
  return registry;
};
