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
  committed(group: string, topic: string): Promise<Committed[]>;
}

const specs = (namespace: string, partitions: number) =>
  Object.values<TopicSpec>(TOPICS).map((spec) => ({
    name: namespace + spec.name,
    count: spec.partitions === 'P' ? partitions : spec.partitions,
    config: spec.config,
  }));

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
      const { topics } = await admin.fetchTopicMetadata({ topics: wanted.map(({ name }) => name) });
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
      (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({
        partition,
        start: Number(low),
        end: Number(high),
      })),
    committed: async (groupId, topic) => {
      const [held] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return (held?.partitions ?? []).map(({ partition, offset, metadata }) => ({
        partition,
        offset: Number(offset),
        metadata: metadata ?? '',
      }));
    },
  };
};
