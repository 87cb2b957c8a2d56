import type { Directory, Principal } from '@liveboard/access';
import { ERRORS, minuteOf, type RevokedCode, type RoomInfo, RULES, type ServerMessage } from '@liveboard/contracts';
import type { Log } from '@liveboard/runtime';
import { createAcks } from './acks.ts';
import { type Answer, OK, refused, slotAnswer } from './answer.ts';
import type { FeedCounters } from './counters.ts';
import type { Hub, Watcher } from './hub.ts';
import { createBucket } from './inbound.ts';
import { createJudge, type Judgement, revokedCode } from './judgement.ts';
import { createOutbox, type Flushed, type Wire } from './outbox.ts';
import type { Position } from './room-view.ts';
import type { SlotAnswer, Slots } from './slots.ts';

const NO_ACK_MS = 20_000;
const REVIEW_MS = 500;
const COMMENTS_A_SECOND = 5;
/** Stream time runs a little behind the clock: the last update of an ended room is waited for this long, ms. */
const FINAL_SLACK_MS = 10_000;

export interface SubscriptionsOptions {
  readonly wire: Wire;
  readonly principal: () => Principal;
  readonly slots: Slots;
  readonly hub: Hub;
  readonly directory: Directory;
  readonly infoOf: (roomId: string) => Promise<RoomInfo | undefined>;
  /** Runs `work` after everything that the client asked before. */
  readonly queue: (work: () => Promise<void>) => void;
  readonly counters: FeedCounters;
  readonly log: Log;
  /** Wall clock, ms. */
  readonly now: () => number;
}

/** The rooms of one client: its rights, its slots, and what it was sent of each. What returns a promise runs one at a time. */
export interface Subscriptions {
  subscribe(roomId: string, ref?: string, resume?: Position): Promise<Answer>;
  swap(from: string, to: string, ref?: string): Promise<Answer>;
  unsubscribe(roomId: string): Promise<Answer>;
  ack(rooms: Readonly<Record<string, number>>): Answer;
  /** Registers the held rooms again; rooms that could not be kept are revoked. */
  renew(): Promise<Answer>;
  /** Tells the client something beside its rooms. */
  say(message: ServerMessage): void;
  /** Ends what rights or rooms have ended. */
  review(): void;
  /** Sends one frame at most. */
  flush(): Flushed;
  /** The client did not acknowledge for too long. */
  isSilent(): boolean;
  /** When a frame went out last, ms. */
  readonly sentAt: number;
  end(): void;
}

interface Subscription {
  /** What it may see of the room. */
  right: Judgement;
  /** Where the client stands. */
  sent: Position;
  /** `ended`: told, its slot is free, updates go on. `waking`: live again, nothing is sent before it has a slot. */
  phase: 'live' | 'ended' | 'waking';
}

const NOWHERE: Position = { epoch: -1, offset: -1 };

/** When the last minute of an ended room is final, ms. */
const finalAt = ({ ended_at = 0 }: RoomInfo): number =>
  minuteOf(Math.max(0, ended_at - 1)) + RULES.minuteMs + RULES.graceMs;

export const createSubscriptions = (options: SubscriptionsOptions): Subscriptions => {
  const { wire, slots, hub, directory, infoOf, queue, counters, log, now } = options;
  const rooms = new Map<string, Subscription>();
  const acks = createAcks();
  const commentBucket = createBucket(COMMENTS_A_SECOND, COMMENTS_A_SECOND, now);
  /** The room that a swap is giving up: the cap holds at the client, so it is told nothing more of it. */
  let leaving: string | undefined;
  let ackedAt = now();
  let reviewedAt = now();
  let muted = false;

  const outbox = createOutbox({
    wire,
    start: now(),
    counters,
    catchUp: (roomId) => {
      const held = rooms.get(roomId);
      return held === undefined ? undefined : hub.catchUp(roomId, held.sent, held.right.comments);
    },
    onSent: (roomId, offset, at) => {
      const held = rooms.get(roomId);
      if (held === undefined) return;
      held.sent = { epoch: hub.roomOf(roomId)?.generation ?? held.sent.epoch, offset };
      acks.sent(roomId, held.sent, at);
    },
  });
  const say = (message: ServerMessage): void => outbox.push(message);
  const hears = (roomId: string): Subscription | undefined => {
    const held = rooms.get(roomId);
    return held === undefined || held.phase === 'waking' || leaving === roomId ? undefined : held;
  };

  const watcher: Watcher = {
    update: (roomId, update) => {
      if (hears(roomId) !== undefined) outbox.update(roomId, update);
    },
    reset: (roomId) => {
      if (hears(roomId) !== undefined) outbox.owe(roomId);
    },
    comments: (roomId, items) => {
      if (hears(roomId)?.right.comments !== true || outbox.isSlow || muted) return;
      const sample = items.filter(() => commentBucket.take());
      if (sample.length > 0) say({ type: 'comments', room_id: roomId, items: sample });
    },
    stale: (roomId, on) => {
      if (rooms.has(roomId)) say({ type: 'degraded', reason: 'stale_source', room_id: roomId, on });
    },
  };

  const forget = (roomId: string): void => {
    if (rooms.delete(roomId)) counters.subscriptions--;
    outbox.forget(roomId);
    acks.forget(roomId);
    hub.leave(roomId, watcher);
  };
  const revoke = (roomId: string, code: RevokedCode): void => {
    forget(roomId);
    say({ type: 'revoked', room_id: roomId, code, message: ERRORS[code].title });
  };
  /** A slot that cannot be given back now runs out by itself. */
  const drop = (roomId: string): Promise<void> =>
    slots.drop(roomId).catch((error: unknown) => log.warn({ err: error }, 'a slot was not given back'));

  const { judge, holds } = createJudge(directory, options.principal, now);
  const mayOpen = (roomId: string, info: RoomInfo): Answer => {
    const { permission } = judge(info);
    // A room that was never contracted is refused as one that is not there.
    if (!permission.ok)
      return refused(permission.code, permission.code === 'ROOM_NOT_FOUND' ? undefined : { rule: permission.rule });
    return info.status === 'ended' && !rooms.has(roomId) ? refused('ROOM_ENDED') : OK;
  };

  /** Rights, then the slot, then the state. `slot` is what makes the room one of the five. */
  const open = async (
    roomId: string,
    slot: () => Promise<SlotAnswer>,
    ref: string | undefined,
    resume?: Position,
  ): Promise<Answer> => {
    const known = hub.roomOf(roomId)?.live.room ?? (await infoOf(roomId));
    if (known === undefined) return refused('ROOM_NOT_FOUND');
    const may = mayOpen(roomId, known);
    if (may.kind !== 'ok') return may;
    // The state is there before the slot is taken, so that a swap either happens whole or not at all.
    if ((await hub.watch(roomId, watcher)) === undefined) return refused('ROOM_NOT_FOUND');
    let answer: Answer = refused('UNAVAILABLE');
    try {
      answer = slotAnswer(await slot());
      if (answer.kind === 'refused') counters.leaseRefusals++;
      if (answer.kind !== 'ok') return answer;
      // While that took its time, rights or the room may have ended.
      const info = hub.roomOf(roomId)?.live.room;
      answer = info === undefined ? refused('UNAVAILABLE') : mayOpen(roomId, info);
      if (info === undefined || answer.kind !== 'ok') {
        await drop(roomId);
        return answer;
      }
      if (rooms.size === 0) ackedAt = now();
      const held = rooms.get(roomId);
      const phase = held?.phase === 'ended' ? held.phase : 'live';
      const made: Subscription = { right: judge(info), sent: resume ?? NOWHERE, phase };
      if (held === undefined) counters.subscriptions++;
      rooms.set(roomId, made);
      outbox.owe(roomId, () => hub.snapshot(roomId, { ref, resume, comments: made.right.comments }));
      if (hub.isStale(roomId)) watcher.stale(roomId, true);
      return OK;
    } finally {
      if (answer.kind !== 'ok' && !rooms.has(roomId)) hub.leave(roomId, watcher);
    }
  };

  const free = (): Promise<SlotAnswer> => Promise.resolve({ kind: 'ok' });
  const wake = async (roomId: string): Promise<void> => {
    const taken = await slots.take(roomId).catch((): SlotAnswer => ({ kind: 'later', retryMs: 0 }));
    const held = rooms.get(roomId);
    if (held === undefined) {
      await drop(roomId);
      return;
    }
    if (taken.kind === 'ok') {
      held.phase = 'live';
      outbox.owe(roomId);
    } else if (taken.kind === 'later') held.phase = 'ended';
    else revoke(roomId, 'ROOM_LIMIT');
  };

  const reviewRoom = (roomId: string, held: Subscription, at: number): void => {
    const info = hub.roomOf(roomId)?.live.room ?? held.right.info;
    if (!holds(held.right, info)) held.right = judge(info);
    const { phase } = held;
    const { permission } = held.right;
    if (!permission.ok) {
      revoke(roomId, revokedCode(permission.code));
      queue(() => drop(roomId));
    } else if (info.status === 'live') {
      if (phase !== 'ended') return;
      held.phase = 'waking';
      queue(() => wake(roomId));
    } else if (phase === 'live') {
      held.phase = 'ended';
      queue(() => drop(roomId));
      const { ended_at = at, reason } = info;
      const why = reason === undefined ? {} : { reason };
      say({ type: 'room.ended', room_id: roomId, ended_at, ...why, final_at: finalAt(info) });
    } else if (phase === 'ended' && at > finalAt(info) + FINAL_SLACK_MS) forget(roomId);
  };

  return {
    subscribe: (roomId, ref, resume) => {
      const isEnded = rooms.get(roomId)?.phase === 'ended';
      return open(roomId, isEnded ? free : () => slots.take(roomId), ref, resume);
    },
    swap: async (from, to, ref) => {
      const held = rooms.get(from);
      if (held === undefined) return refused('NOT_SUBSCRIBED');
      if (from === to) return open(to, () => slots.swap(from, to), ref);
      const slot = async (): Promise<SlotAnswer> => {
        leaving = from;
        outbox.forget(from);
        return held.phase === 'ended' ? slots.take(to) : slots.swap(from, to);
      };
      try {
        const answer = await open(to, slot, ref);
        if (answer.kind === 'ok') forget(from);
        else if (held.phase === 'live' && !slots.holds(from) && rooms.has(from)) revoke(from, 'ROOM_LIMIT');
        else if (leaving === from && rooms.has(from)) outbox.owe(from);
        return answer;
      } catch (error) {
        // Whether the swap took place is not known; the next renewal says what is held.
        if (rooms.has(from)) outbox.owe(from);
        throw error;
      } finally {
        leaving = undefined;
      }
    },
    unsubscribe: async (roomId) => {
      if (!rooms.has(roomId)) return refused('NOT_SUBSCRIBED');
      forget(roomId);
      await drop(roomId);
      return OK;
    },
    ack: (acked) => {
      const wrong = acks.take(acked, now());
      if (wrong !== undefined) return refused('INVALID_REQUEST', { path: `rooms.${wrong}` });
      ackedAt = now();
      return OK;
    },
    renew: async () => {
      const answered = await slots.renew();
      if (answered.kind === 'stolen') return slotAnswer(answered);
      for (const roomId of answered.lost) if (rooms.has(roomId)) revoke(roomId, 'ROOM_LIMIT');
      return OK;
    },
    say,
    review: () => {
      const at = now();
      if (at - reviewedAt < REVIEW_MS) return;
      reviewedAt = at;
      for (const [roomId, held] of rooms) reviewRoom(roomId, held, at);
    },
    flush: () => {
      const at = now();
      const silent = slots.isSilent();
      if (silent !== muted) {
        muted = silent;
        say({ type: 'degraded', reason: 'lease', on: muted });
      }
      return outbox.flush(at, { behind: acks.isBehind(at), mute: muted });
    },
    isSilent: () => rooms.size > 0 && now() - ackedAt > NO_ACK_MS,
    get sentAt() {
      return outbox.sentAt;
    },
    end: () => {
      for (const roomId of [...rooms.keys()]) forget(roomId);
    },
  };
};
