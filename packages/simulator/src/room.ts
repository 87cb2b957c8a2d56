import type { Character } from './character.ts';
import { COMMENTS } from './comments.ts';
import { type Crowd, createCrowd } from './crowd.ts';
import type { SimBody, SimEvent, SimEventType } from './events.ts';
import { createTruthCounter, type GroundTruth } from './ground-truth.ts';
import { createSchedule } from './heap.ts';
import { createOrders } from './orders.ts';
import { createRandom } from './random.ts';
import type { ExpectedState } from './shapes.ts';
import { createShelf } from './shelf.ts';

const STEP_MS = 250;
const SNAPSHOT_MS = 5_000;
const MINUTE_MS = 60_000;
/** After a sleep, what fell due meanwhile comes within this time instead of at one instant. */
const WAKE_SPREAD_MS = 20_000;

/** A live room that produces its events as simulated time passes. */
export interface SimRoom {
  readonly room_id: string;
  readonly character: Character;
  /** Instant of `room.started`, ms since 1970 UTC. */
  readonly start: number;
  /**
   * All events up to `untilTs` that were not given yet, in the order of their `ts`. The sequence does not depend on how
   * often this is asked. Steps are a quarter of a second: events of a step are given once it is over.
   */
  next(untilTs: number): SimEvent[];
  /** The closing event at `ts`; afterwards `next` gives nothing. */
  end(ts: number, reason?: string): SimEvent[];
  /** What was really sent so far. */
  truth(): GroundTruth;
  expected(ts: number): ExpectedState;
}

/** `users`: how many people the room meets at most; without it they come from the whole market. */
export function createRoom(character: Character, seed: string, start: number, users?: number): SimRoom {
  const room_id = `sim-${character.key}-${Math.floor(start / 1000).toString(36)}`;
  const random = createRandom(`${seed}/${room_id}`);
  const truth = createTruthCounter();
  const later = createSchedule<(ts: number) => void>();
  const sends = character.eventTypes === undefined ? undefined : new Set<SimEventType>(character.eventTypes);
  let out: SimEvent[] = [];
  let step = 0;
  let seq = 0;
  let ended = false;
  let wasAsleep = false;

  const emit = <T extends SimEventType>(ts: number, type: T, body: SimBody<T>): void => {
    const id = (seq++).toString(36);
    if (sends !== undefined && !sends.has(type)) return;
    out.push({ v: 1, id, type, room_id, ts, ...body } as unknown as SimEvent);
  };

  const shelf = createShelf(character, random, emit);
  const crowd: Crowd = createCrowd(character, random, emit, later, users);
  const orders = createOrders(character, random, emit, later);

  /** Instants of a Poisson number of things in this step. */
  const each = (perSecond: number, from: number, act: (ts: number) => void): void => {
    const n = random.poisson((perSecond * STEP_MS) / 1000);
    for (let i = 0; i < n; i++) act(from + random.int(STEP_MS));
  };

  /** Like `each`, but evenly paced: buying follows the host's rhythm and is far less random than looking. */
  const pace = (): typeof each => {
    let due = random.next();
    return (perSecond, from, act) => {
      due -= (perSecond * STEP_MS) / 1000;
      for (; due < 0; due += 0.4 + 1.2 * random.next()) act(from + random.int(STEP_MS));
    };
  };
  const clickPace = pace();
  const orderPace = pace();

  const open = (): void => {
    emit(start, 'room.started', {
      account_id: character.account_id,
      handle: character.handle,
      name: character.name,
      shop_id: character.shop_id,
      title: character.title,
      currency: character.currency,
      timezone: character.timezone,
      ...(character.eventTypes === undefined ? {} : { event_types: [...character.eventTypes] }),
    });
    shelf.open(start);
  };

  const act = (from: number): void => {
    const minute = (from - start) / MINUTE_MS;
    const mood = character.shape(minute);
    if (mood.asleep) {
      wasAsleep = true;
      return;
    }
    if (wasAsleep) {
      wasAsleep = false;
      for (let due = later.takeBefore(from); due !== undefined; due = later.takeBefore(from)) {
        later.put(from + random.int(WAKE_SPREAD_MS), due.item);
      }
    }
    const entries = character.viewsPerSecond * mood.views;
    const clicks = entries * character.clicksPerView * mood.ctr;
    const someone = (): string => crowd.someone();

    for (let due = later.takeBefore(from + STEP_MS); due !== undefined; due = later.takeBefore(from + STEP_MS)) {
      due.item(due.at);
    }
    each(entries, from, (ts) => crowd.enter(ts, mood.stay));
    each(entries * 0.2, from, (ts) => crowd.impression(ts));
    shelf.tend(from, minute);
    each(entries * 0.7, from, (ts) => emit(ts, 'product.impression', { user_id: someone(), product_id: shelf.show() }));
    clickPace(clicks, from, (ts) => emit(ts, 'product.clicked', { user_id: someone(), product_id: shelf.show() }));
    orderPace(clicks * character.ordersPerClick * mood.ctor, from, (ts) =>
      orders.create(ts, someone(), shelf, mood.aov),
    );
    each(entries * 0.25, from, (ts) =>
      emit(ts, 'comment.posted', {
        user_id: someone(),
        text: random.pick(
          COMMENTS[random.chance(0.75) ? (character.languages[0] ?? 'en') : random.pick(character.languages)],
        ),
      }),
    );
    each(entries * 0.3, from, (ts) => emit(ts, 'like.sent', { user_id: someone(), count: 1 + random.int(15) }));
    each(entries * 0.015, from, (ts) => emit(ts, 'share.sent', { user_id: someone() }));
    each(entries * 0.03, from, (ts) => emit(ts, 'follow.created', { user_id: someone() }));
    if (character.snapshots && (from - start) % SNAPSHOT_MS === 0 && from > start) {
      emit(from, 'audience.snapshot', { online: crowd.size() });
    }
  };

  /** Hands over what was collected, by event time; equal times keep the order in which they came about. */
  const take = (): SimEvent[] => {
    const batch = out.sort((a, b) => a.ts - b.ts);
    out = [];
    for (const event of batch) truth.note(event);
    return batch;
  };

  return {
    room_id,
    character,
    start,
    next(untilTs) {
      if (ended) return [];
      const batches: SimEvent[] = [];
      while (start + (step + 1) * STEP_MS <= untilTs) {
        if (step === 0) open();
        act(start + step * STEP_MS);
        step++;
        // Sorted step by step, so that the sequence is the same however much is asked for at once.
        for (const event of take()) batches.push(event);
      }
      return batches;
    },
    end(ts, reason = 'host_left') {
      if (ended) return [];
      ended = true;
      if (step === 0) return [];
      emit(ts, 'room.ended', { reason });
      return take();
    },
    truth: () => truth.read(),
    expected: (ts) => character.expected((ts - start) / MINUTE_MS),
  };
}
