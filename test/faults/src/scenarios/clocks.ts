import { DEFAULT_PARTITIONS } from '@liveboard/contracts';
import { type AdversaryRecord, createFleet, createNoise, placeOf } from '@liveboard/simulator';
import type { Tally } from '@liveboard/verify';
import { CLOCK } from '../preload.ts';
import type { Place } from './place.ts';

const OFF_MS = 600_000;
const SECONDS = 25;
const ROOMS = 5;

const off = (ms: number, env: Readonly<Record<string, string>> = {}) => ({
  preload: CLOCK,
  env: { CLOCK_OFF_MS: String(ms), ...env },
});

/** Events of this very time, as workers that write ticks need them. */
const present = (
  seed: string,
  second: number,
  fleet: ReturnType<typeof createFleet>,
  noise: ReturnType<typeof createNoise>,
) => {
  noise.put(fleet.next(second));
  return noise.take(second).map(
    ({ key, value, at }): AdversaryRecord => ({
      key,
      value,
      at,
      partition: placeOf(key ?? '', DEFAULT_PARTITIONS),
      what: seed,
    }),
  );
};

/** One worker's clock is ten minutes ahead, the other's ten minutes behind, and both write ticks: no cell differs. */
export const clocksOff = async (place: Place, seed: string): Promise<Tally> => {
  const ticks = { LIVEBOARD_INGEST_TICKS: 'on' };
  const workers = [place.ingest(off(OFF_MS, ticks)), place.ingest(off(-OFF_MS, ticks))];
  place.history(off(OFF_MS));
  const fleet = createFleet(seed, { rooms: ROOMS, start: Date.now() });
  const noise = createNoise(seed, { duplicates: 0.05, disorder: 0.05, disorderMs: 2_000, malformed: 0.01 });
  for (let i = 0; i < SECONDS; i++) {
    await new Promise((next) => setTimeout(next, 1_000));
    await place.send(present(seed, Date.now(), fleet, noise));
  }
  // A room says its totals at a close and at its end: what came after the last close is told by the end alone.
  await place.send(present(seed, Date.now() + 5_000, fleet, noise));
  await new Promise((next) => setTimeout(next, 6_000));
  noise.put(fleet.end(Date.now()));
  await place.send(present(seed, Number.POSITIVE_INFINITY, fleet, noise));
  // Without ticks the log has an end, to which everything is compared.
  await place.leave(...workers);
  place.ingest();
  return place.check();
};
