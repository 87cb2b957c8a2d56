import { TOPICS, type TopicSpec } from '@liveboard/contracts';
import kafkajs from 'kafkajs';
import { createClient, type KafkaOptions } from './client.ts';

/** The bounds of one partition's log: `start` is the first offset kept, `end` the next to be written. */
export interface LogBounds {
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

export interface Committed {
  readonly partition: number;
  /** -1: nothing committed. */
  readonly offset: number;
  readonly metadata: string;
}

export interface KafkaAdmin {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  clusterId(): Promise<string>;
  /** Creates what is absent and checks what is there. Says each difference that must stop the process. */
  ensureTopics(namespace: string, partitions: number): Promise<readonly string[]>;
  bounds(topic: string): Promise<LogBounds[]>;
  /** Whether any record was appended at `ms` or later. */
  hasRecordsSince(topic: string, ms: number): Promise<boolean>;
  committed(group: string, topic: string): Promise<Committed[]>;
  /** Removes a group and what it committed; one that is not there is no error. @throws while it has members. */
  forgetGroup(group: string): Promise<void>;
}

const specs = (namespace: string, partitions: number) =>
  Object.values<TopicSpec>(TOPICS).map((spec) => ({
    name: namespace + spec.name,
    count: spec.partitions === 'P' ? partitions : spec.partitions,
    config: spec.config,
  }));

const TRIES = 40;
const TRY_EVERY_MS = 250;

/** Asks again while a broker says that it is not ready yet: a new topic's leaders may not know of it when it is there. */
const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries === TRIES || !(error instanceof kafkajs.KafkaJSError) || !error.retriable) throw error;
      await new Promise((next) => setTimeout(next, TRY_EVERY_MS));
    }
  }
};

/** Topics, offsets and committed positions. */
export const createKafkaAdmin = (options: KafkaOptions): KafkaAdmin => {
  const admin = createClient(options).admin();
  return {
    connect: () => admin.connect(),
    disconnect: () => admin.disconnect(),
    clusterId: async () => (await admin.describeCluster()).clusterId,
    ensureTopics: async (namespace, partitions) => {
      const wanted = specs(namespace, partitions);
      const present = new Set(await admin.listTopics());
      const absent = wanted.filter(({ name }) => !present.has(name));
      if (absent.length > 0)
        await admin
          .createTopics({
            waitForLeaders: true,
            topics: absent.map(({ name, count, config }) => ({
              topic: name,
              numPartitions: count,
              configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
            })),
          })
          .catch((error: unknown) => {
            // Another process of ours may have been first: what counts is the check below.
            options.log.warn({ err: error }, 'topics were not created here');
          });
      const differences: string[] = [];
      const { topics } = await patiently(() => admin.fetchTopicMetadata({ topics: wanted.map(({ name }) => name) }));
      for (const { name, count } of wanted) {
        const held = topics.find((topic) => topic.name === name)?.partitions.length ?? 0;
        if (held !== count) differences.push(`${name} has ${held} partitions, not ${count}`);
      }
      const stamped = wanted.filter(({ config }) => 'message.timestamp.type' in config);
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: stamped.map(({ name }) => ({
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name,
          configNames: ['message.timestamp.type'],
        })),
      });
      for (const { resourceName, configEntries } of resources) {
        const held = configEntries.find(({ configName }) => configName === 'message.timestamp.type')?.configValue;
        if (held !== 'LogAppendTime')
          differences.push(`${resourceName} has message.timestamp.type ${held}, not LogAppendTime`);
      }
      return differences;
    },
    bounds: async (topic) =>
      (await patiently(() => admin.fetchTopicOffsets(topic))).map(({ partition, low, high }) => ({
        partition,
        start: Number(low),
        end: Number(high),
      })),
    hasRecordsSince: async (topic, ms) => {
      const [ends, found] = await Promise.all([
        patiently(() => admin.fetchTopicOffsets(topic)),
        patiently(() => admin.fetchTopicOffsetsByTimestamp(topic, ms)),
      ]);
      // Where there is none, the answer is the log's end.
      return found.some(({ partition, offset }) => {
        const end = ends.find((each) => each.partition === partition)?.high ?? '0';
        return Number(offset) >= 0 && Number(offset) < Number(end);
      });
    },
    committed: async (groupId, topic) => {
      const [held] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return (held?.partitions ?? []).map(({ partition, offset, metadata }) => ({
        partition,
        offset: Number(offset),
        metadata: metadata ?? '',
      }));
    },
    forgetGroup: async (group) => {
      const { groups } = await admin.listGroups();
      if (groups.some(({ groupId }) => groupId === group)) await patiently(() => admin.deleteGroups([group]));
    },
  };
};
