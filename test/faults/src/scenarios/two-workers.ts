import { createLossyRoad, type Stack } from '@liveboard/e2e';
import type { Tally } from '@liveboard/verify';
import { expect, type Place } from './place.ts';

/** Longer than a session of the group: the other worker has the partitions by then. */
const STOPPED_MS = 45_000;
const UNDER_LOAD_MS = 24_000;
const FENCED = 'another owner holds the fence';

/** Workers come and go under load, of ingest and of history. */
export const rescale = async (place: Place, seed: string): Promise<Tally> => {
  const log = place.log(seed);
  const size = Math.ceil(log.length / 4);
  const part = (i: number): Promise<void> => place.send(log.slice(i * size, (i + 1) * size), UNDER_LOAD_MS / 4);
  const first = [place.ingest(), place.history()];
  await part(0);
  place.ingest();
  place.history();
  await part(1);
  await Promise.all([part(2), place.leave(...first)]);
  place.ingest();
  place.history();
  await part(3);
  return place.check();
};

/** One of two workers is stopped for longer than its session under load; what it writes when it goes on is refused. */
export const stopOne = async (place: Place, seed: string): Promise<Tally> => {
  const log = place.log(seed, 14);
  const tenth = Math.floor(log.length / 10);
  const workers = [place.ingest(), place.ingest()] as const;
  place.history();
  await place.send(log.slice(0, tenth), 8_000);
  const [stopped] = workers;
  const sending = place.send(log.slice(tenth), STOPPED_MS + 8_000);
  await new Promise((next) => setTimeout(next, 2_000));
  stopped.kill('SIGSTOP');
  await new Promise((next) => setTimeout(next, STOPPED_MS));
  stopped.kill('SIGCONT');
  await sending;
  const tally = await place.check();
  expect(stopped.log().includes(FENCED), 'the stopped worker’s late write was not refused');
  return tally;
};

/** Answers of ClickHouse get lost after it has done what was asked: nothing is missing, nothing twice. */
export const answersLost = async (place: Place, seed: string, { clickhouse_url }: Stack): Promise<Tally> => {
  const road = await createLossyRoad(clickhouse_url);
  try {
    place.ingest();
    place.history({}, road.url);
    const log = place.log(seed);
    const third = Math.floor(log.length / 3);
    await place.send(log.slice(0, third), 3_000);
    road.set('swallowing');
    await place.send(log.slice(third), 12_000);
    road.set('open');
    const tally = await place.check();
    expect(road.swallowed() > 0, 'no answer got lost');
    return tally;
  } finally {
    await road.close();
  }
};
