/** A topic as it must be on the broker. `partitions: 'P'` stands for the count of this generation (8 on a fresh machine). */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: 'P' | 1;
  readonly config: Readonly<Record<string, string>>;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MIB = 1_048_576;

/** Every topic of ours; names carry no namespace. Owned by: events = producers, minutes/checkpoints/quarantine = ingest, guidance/directory/access = gateway. */
export const TOPICS = {
  events: {
    name: 'live.events',
    partitions: 'P',
    config: {
      'message.timestamp.type': 'LogAppendTime',
      'retention.ms': String(72 * HOUR),
      'max.message.bytes': String(MIB),
    },
  },
  minutes: {
    name: 'live.minutes',
    partitions: 'P',
    // A row is as long as its list of products.
    config: { 'retention.ms': String(7 * DAY), 'max.message.bytes': String(16 * MIB) },
  },
  checkpoints: {
    name: 'live.checkpoints',
    partitions: 'P',
    config: { 'retention.ms': '-1', 'retention.bytes': String(1024 * MIB), 'segment.bytes': String(64 * MIB) },
  },
  guidance: {
    name: 'live.guidance',
    partitions: 'P',
    config: { 'message.timestamp.type': 'LogAppendTime', 'retention.ms': String(30 * DAY) },
  },
  directory: {
    name: 'live.directory',
    partitions: 1,
    config: { 'message.timestamp.type': 'LogAppendTime', 'retention.ms': '-1' },
  },
  access: {
    name: 'live.access',
    partitions: 1,
    // A year and a month: what was looked at can be told when the year is looked over.
    config: { 'message.timestamp.type': 'LogAppendTime', 'retention.ms': String(400 * DAY) },
  },
  quarantine: { name: 'live.quarantine', partitions: 'P', config: { 'retention.ms': String(30 * DAY) } },
} as const satisfies Record<string, TopicSpec>;

export type TopicKey = keyof typeof TOPICS;

export const GROUPS = {
  ingest: 'liveboard.ingest',
  history: 'liveboard.history',
  guidance: 'liveboard.guidance',
} as const;

/** Partitions of `live.events` on a fresh machine. */
export const DEFAULT_PARTITIONS = 8;

/** A namespace is put as it is before every topic, group and Redis key; empty for a stack of its own. */
export const NAMESPACE_PATTERN = /^$|^[a-z][a-z0-9_]{0,20}$/;
