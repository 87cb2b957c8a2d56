import { NOTHING, type Tally, until } from '@liveboard/verify';
import { expect, expectHalted, type Place } from './place.ts';

const DELETED_MS = 60_000;

/** Both groups stand somewhere in a log, and nobody reads it. */
const readAndLeave = async (place: Place, seed: string) => {
  const log = place.log(seed);
  const half = Math.floor(log.length / 2);
  const workers = [place.ingest(), place.history()];
  await place.send(log.slice(0, half));
  await place.settled();
  await place.leave(...workers);
  return { log, rest: log.slice(half) };
};

/** Records that nobody has read leave the log: both groups halt and say so, as often as they are started, and skip nothing. */
export const logDeleted = async (place: Place, seed: string): Promise<Tally> => {
  const { rest } = await readAndLeave(place, seed);
  await place.send(rest);
  const before = { ingest: await place.committed('ingest'), history: await place.committed('history') };
  const [partition = 0, next = 0] = [...before.ingest].find(([, offset]) => offset > 0) ?? [];
  await place.operate(async (admin) => {
    await admin.fetchTopicMetadata({ topics: [place.topic] });
    await admin.deleteTopicRecords({ topic: place.topic, partitions: [{ partition, offset: String(next + 2) }] });
  });
  // The record that the commit was made at is asked for too: it would prove that the log is the same.
  const words = `records of partition ${partition} from ${next - 1} to ${next + 1} are missing from the log`;
  for (const _ of [1, 2]) {
    await expectHalted(place.ingest(), 'ingest', words);
    await expectHalted(place.history(), 'history', words);
  }
  const after = { ingest: await place.committed('ingest'), history: await place.committed('history') };
  for (const group of ['ingest', 'history'] as const)
    expect(
      after[group].get(partition) === before[group].get(partition),
      `${group} committed ${after[group].get(partition)} over ${before[group].get(partition)}`,
    );
  return NOTHING;
};

/** The topic is made anew: the old generation is refused, with the next one all is right. */
export const logRecreated = async (place: Place, seed: string): Promise<Tally> => {
  const { log } = await readAndLeave(place, seed);
  await place.operate(async (admin) => {
    await admin.deleteTopics({ topics: [place.topic] });
    await until('the topic is gone', async () => !(await admin.listTopics()).includes(place.topic), DELETED_MS);
  });
  await place.createTopics();
  // With the topic Kafka forgets what was committed of it: what shows the other log is that it ends before Redis stands.
  const begin = Math.floor(log.length / 20);
  await place.send(log.slice(0, begin));
  const words = 'raise LIVEBOARD_LOG_GENERATION';
  await expectHalted(place.ingest(), 'ingest', words);
  await expectHalted(place.history(), 'history', words);
  const env = { LIVEBOARD_LOG_GENERATION: '2' };
  place.ingest({ env });
  place.history({ env });
  await place.send(log.slice(begin));
  return place.check(2);
};
