import type { Directory } from '@liveboard/access';
import { hasScope, type Permission, permitLive } from '@liveboard/access';
import {
  CLOSE_CODES,
  type ClientMessage,
  type CloseName,
  type CommentItem,
  ERRORS,
  type ErrorCode,
  minuteOf,
  type RoomInfo,
  RULES,
  type ServerMessage,
} from '@liveboard/contracts';
import type { Log } from '@liveboard/runtime';
import type { Verified, Verify } from '../tokens.ts';
import type { Hub, Watcher } from './hub.ts';
import { createBucket, readFrame } from './inbound.ts';
import { createOutbox, type Wire } from './outbox.ts';
import type { SlotAnswer, Slots } from './slots.ts';

const ACK_MS = 5_000;
const BEHIND_MS = ACK_MS + 2_000;
const NO_ACK_MS = 20_000;
const BEAT_MS = 10_000;
const RENEW_MS = 10_000;
const PING_MS = 15_000;
const PONG_MS = 8_000;
const EXPIRING_MS = 60_000;
const EXPIRED_MS = 10_000;
const ERRORS_A_MINUTE = 20;
const COMMENTS_A_SECOND = 5;

export interface Socket extends Wire {
  close(code: number, reason: string): void;
  ping(): void;
}

export interface ConnectionOptions {
  readonly socket: Socket;
  readonly principal: Verified;
  readonly slots: Slots;
  readonly hub: Hub;
  readonly directory: Directory;
  readonly infoOf: (roomId: string) => Promise<RoomInfo | undefined>;
  readonly verify: Verify;
  readonly log: Log;
  readonly inboundPerSecond: number;
  /** Wall clock, ms. */
  readonly now: () => number;
}

/** One client of the feed. */
export interface Connection {
  readonly principal: Verified;
  receive(data: Buffer, isBinary: boolean): void;
  pong(): void;
  say(message: ServerMessage): void;
  /** Called ten times a second: time passes, frames go out. */
  tick(): void;
  /** Registers the held rooms again now. */
  renew(): void;
  /** The socket is closed; `clean`: the client said that it leaves. */
  closed(clean: boolean): Promise<void>;
}

interface Subscription {
  info: RoomInfo;
  offset: number;
  scoped: boolean;
  endedTold: boolean;
}

type Answer = { readonly ok: true } | { readonly ok: false; readonly code: ErrorCode; readonly details?: unknown };
const OK: Answer = { ok: true };

const finalAt = ({ ended_at = 0 }: RoomInfo): number =>
  minuteOf(Math.max(0, ended_at - 1)) + RULES.minuteMs + RULES.graceMs;

export const createConnection = (options: ConnectionOptions): Connection => {
  const { socket, slots, hub, directory, infoOf, verify, log, now } = options;
  let { principal } = options;
  const outbox = createOutbox(socket, hub.wholeText, now());
  const bucket = createBucket(options.inboundPerSecond, options.inboundPerSecond * 10, now);
  const commentBucket = createBucket(COMMENTS_A_SECOND, COMMENTS_A_SECOND, now);
  const rooms = new Map<string, Subscription>();
  let chain: Promise<unknown> = Promise.resolve();
  let isOpen = true;
  let limitedAt = Number.NEGATIVE_INFINITY;
  let errorsAt: number[] = [];
  let ackedAt = now();
  /** When the oldest frame was sent that no acknowledgement covers. */
  let unackedAt: number | undefined;
  let renewedAt = now();
  let pingedAt = now();
  let pingWaits = false;
  let expiringTold = false;
  let muted = false;

  const say = (message: ServerMessage): void => outbox.push(message);
  const close = (name: CloseName): void => {
    if (!isOpen) return;
    isOpen = false;
    const { code, says } = CLOSE_CODES[name];
    socket.close(code, says);
  };

  const refuse = (ref: string | undefined, code: ErrorCode, message: string, details?: unknown): void => {
    say({
      type: 'error',
      ...(ref === undefined ? {} : { ref }),
      code,
      message,
      ...(details === undefined ? {} : { details }),
    });
    const at = now();
    errorsAt = [...errorsAt.filter((each) => at - each < 60_000), at];
    if (errorsAt.length >= ERRORS_A_MINUTE) close('PROTOCOL');
  };

  const watcher: Watcher = {
    update: (roomId, text, offset) => {
      const held = rooms.get(roomId);
      if (held === undefined || offset <= held.offset) return;
      held.offset = offset;
      outbox.update(roomId, text);
    },
    reset: (roomId) => {
      if (rooms.has(roomId)) outbox.lose(roomId);
    },
    comments: (roomId, items: readonly CommentItem[]) => {
      if (!rooms.get(roomId)?.scoped || outbox.isSlow || muted) return;
      const sample = items.filter(() => commentBucket.take());
      if (sample.length > 0) say({ type: 'comments', room_id: roomId, items: sample });
    },
    stale: (roomId, on) => say({ type: 'degraded', reason: 'stale_source', room_id: roomId, on }),
  };

  const forget = (roomId: string): void => {
    rooms.delete(roomId);
    outbox.forget(roomId);
    hub.leave(roomId, watcher);
  };

  const permission = (info: RoomInfo): Permission => permitLive(directory, principal, info, now());

  const slotAnswer = (answer: SlotAnswer): Answer => {
    switch (answer.kind) {
      case 'ok':
        return OK;
      case 'limit':
        return { ok: false, code: 'ROOM_LIMIT', details: { held: answer.held } };
      case 'not_held':
        return { ok: false, code: 'NOT_SUBSCRIBED' };
      case 'later':
        return { ok: false, code: 'UNAVAILABLE', details: { retry_in_ms: answer.retryMs } };
      case 'stolen':
        close('SESSION_REPLACED');
        return { ok: false, code: 'UNAVAILABLE' };
    }
  };

  /** Rights, then the slot, then the state. `slot` is what makes the room one of the five. */
  const open = async (
    roomId: string,
    ref: string | undefined,
    slot: () => Promise<SlotAnswer>,
    resume?: { epoch: number; offset: number },
  ): Promise<Answer> => {
    const info = await infoOf(roomId);
    if (info === undefined) return { ok: false, code: 'ROOM_NOT_FOUND' };
    const permitted = permission(info);
    if (!permitted.ok) return { ok: false, code: permitted.code };
    if (info.status === 'ended' && !rooms.has(roomId)) return { ok: false, code: 'ROOM_ENDED' };
    // The state is there before the slot is taken, so that a swap either happens whole or not at all.
    const view = await hub.watch(roomId, watcher);
    if (view === undefined) return { ok: false, code: 'ROOM_NOT_FOUND' };
    let answer: Answer;
    try {
      answer = slotAnswer(await slot());
    } catch (error) {
      if (!rooms.has(roomId)) hub.leave(roomId, watcher);
      throw error;
    }
    if (!answer.ok || !isOpen) {
      if (!rooms.has(roomId)) hub.leave(roomId, watcher);
      return answer;
    }
    if (rooms.size === 0) ackedAt = now();
    const scoped = hasScope(directory, principal, info, 'comments');
    const isSame =
      resume !== undefined && resume.epoch === view.room?.generation && resume.offset <= (view.room?.rev ?? -1);
    const snapshot = view.snapshot({ ref, comments: scoped, ...(isSame ? { after: resume.offset } : {}) });
    outbox.forget(roomId);
    rooms.set(roomId, { info: snapshot.room, offset: snapshot.offset, scoped, endedTold: false });
    say(snapshot);
    if (hub.isStale(roomId)) watcher.stale(roomId, true);
    return OK;
  };

  const refresh = async (token: string): Promise<Answer> => {
    const verified = await verify(token);
    if (!verified.ok) return { ok: false, code: 'UNAUTHENTICATED', details: { why: verified.why } };
    const next = verified.principal;
    if (next.sub !== principal.sub || next.role !== principal.role || next.partner_id !== principal.partner_id) {
      close('CREDENTIALS');
      return OK;
    }
    principal = next;
    expiringTold = false;
    return OK;
  };

  const acknowledge = (acked: Readonly<Record<string, number>>): Answer => {
    const told = Object.entries(acked);
    const wrong = told.find(([roomId, offset]) => offset > (hub.revOf(roomId) ?? offset));
    if (wrong !== undefined) return { ok: false, code: 'INVALID_REQUEST', details: { path: `rooms.${wrong[0]}` } };
    ackedAt = now();
    const isAll = [...rooms].every(([roomId, { offset }]) => (acked[roomId] ?? -1) >= offset);
    unackedAt = isAll ? undefined : now();
    return OK;
  };

  const handle = async (message: ClientMessage): Promise<Answer> => {
    switch (message.type) {
      case 'subscribe':
        return open(message.room_id, message.ref, () => slots.take(message.room_id), message.resume);
      case 'swap': {
        const { from, to, ref } = message;
        if (!rooms.has(from)) return { ok: false, code: 'NOT_SUBSCRIBED' };
        const answer = await open(to, ref, () => slots.swap(from, to));
        if (answer.ok && from !== to) forget(from);
        return answer;
      }
      case 'unsubscribe':
        if (!rooms.has(message.room_id)) return { ok: false, code: 'NOT_SUBSCRIBED' };
        forget(message.room_id);
        await slots.drop(message.room_id);
        return OK;
      case 'ack':
        return acknowledge(message.rooms);
      case 'auth.refresh':
        return refresh(message.token);
      case 'ping':
        say({ type: 'pong', ...(message.ref === undefined ? {} : { ref: message.ref }), server_time: now() });
        return OK;
    }
  };

  const answer = async (message: ClientMessage): Promise<void> => {
    if (!isOpen) return;
    const { type, ref } = message;
    try {
      const result = await handle(message);
      if (!result.ok) refuse(ref, result.code, ERRORS[result.code].title, result.details);
      else if (ref !== undefined && type !== 'subscribe' && type !== 'ping') say({ type: 'ok', ref });
    } catch (error) {
      log.warn({ err: error instanceof Error ? error.message : error, type }, 'a frame could not be served');
      refuse(ref, 'UNAVAILABLE', ERRORS.UNAVAILABLE.title, { retry_in_ms: 1_000 });
    }
  };

  const queue = (work: () => Promise<void>): void => {
    chain = chain.then(work).catch((error: unknown) => log.error({ err: error }, 'a connection failed'));
  };

  const renew = (): void => {
    renewedAt = now();
    queue(async () => {
      if (!isOpen) return;
      try {
        const answered = await slots.renew();
        if (answered.kind === 'stolen') {
          close('SESSION_REPLACED');
          return;
        }
        for (const roomId of answered.lost) {
          forget(roomId);
          say({ type: 'revoked', room_id: roomId, code: 'ROOM_LIMIT', message: ERRORS.ROOM_LIMIT.title });
        }
      } catch (error) {
        log.warn({ err: error instanceof Error ? error.message : error }, 'a lease was not renewed');
      }
    });
  };

  /** Rights that ended, rooms that ended, rooms that woke again. */
  const review = (at: number): void => {
    for (const [roomId, held] of rooms) {
      held.info = hub.infoOf(roomId) ?? held.info;
      const permitted = permission(held.info);
      if (!permitted.ok) {
        forget(roomId);
        queue(() => slots.drop(roomId));
        say({ type: 'revoked', room_id: roomId, code: permitted.code, message: ERRORS[permitted.code].title });
        continue;
      }
      const { status, ended_at, reason } = held.info;
      if (status === 'ended' && !held.endedTold) {
        held.endedTold = true;
        queue(() => slots.drop(roomId));
        say({
          type: 'room.ended',
          room_id: roomId,
          ended_at: ended_at ?? at,
          ...(reason === undefined ? {} : { reason }),
          final_at: finalAt(held.info),
        });
      } else if (status === 'live' && held.endedTold) {
        held.endedTold = false;
        queue(async () => {
          const taken = await slots.take(roomId);
          if (taken.kind === 'ok' || !rooms.has(roomId)) return;
          forget(roomId);
          say({ type: 'revoked', room_id: roomId, code: 'ROOM_LIMIT', message: ERRORS.ROOM_LIMIT.title });
        });
      } else if (status === 'ended' && at > finalAt(held.info) + 10_000) forget(roomId);
    }
  };

  /** Why the connection must end now, by the clock. */
  const timedOut = (at: number): CloseName | undefined => {
    if (at > principal.expiresAt + EXPIRED_MS) return 'TOKEN_EXPIRED';
    if (rooms.size > 0 && at - ackedAt > NO_ACK_MS) return 'NO_ACK';
    if (pingWaits && at - pingedAt > PONG_MS) return 'HEARTBEAT';
    return undefined;
  };

  const keepAlive = (at: number): void => {
    if (!expiringTold && at > principal.expiresAt - EXPIRING_MS) {
      expiringTold = true;
      say({ type: 'auth.expiring', expires_at: principal.expiresAt });
    }
    if (at - pingedAt > PING_MS) {
      pingedAt = at;
      pingWaits = true;
      socket.ping();
    }
    if (at - renewedAt > RENEW_MS) renew();
    if (at - outbox.sentAt > BEAT_MS) say({ type: 'beat', server_time: at });
  };

  let reviewedAt = 0;
  return {
    get principal() {
      return principal;
    },
    receive: (data, isBinary) => {
      if (!isOpen) return;
      const at = now();
      if (!bucket.take()) {
        if (at - limitedAt < 10_000) close('RATE_LIMITED');
        else refuse(undefined, 'RATE_LIMITED', ERRORS.RATE_LIMITED.title);
        limitedAt = at;
        return;
      }
      const frame = readFrame(data, isBinary);
      if (frame.kind === 'bad_frame') close('BAD_FRAME');
      else if (frame.kind === 'invalid') refuse(frame.ref, 'INVALID_REQUEST', frame.detail);
      else queue(() => answer(frame.message));
    },
    pong: () => {
      pingWaits = false;
    },
    say,
    renew,
    tick: () => {
      if (!isOpen) return;
      const at = now();
      const over = timedOut(at);
      if (over !== undefined) {
        close(over);
        return;
      }
      keepAlive(at);
      if (at - reviewedAt >= 500) {
        reviewedAt = at;
        review(at);
      }
      const silent = slots.isSilent();
      if (silent !== muted) {
        muted = silent;
        say({ type: 'degraded', reason: 'lease', on: muted });
      }
      const before = outbox.sentAt;
      const behind = unackedAt !== undefined && at - unackedAt > BEHIND_MS;
      if (isOpen && outbox.flush(at, { behind, mute: muted }) === 'cut') close('SLOW');
      if (outbox.sentAt !== before && rooms.size > 0) unackedAt ??= at;
    },
    closed: async (clean) => {
      isOpen = false;
      await chain;
      for (const roomId of [...rooms.keys()]) forget(roomId);
      if (clean) await slots.leave().catch(() => undefined);
    },
  };
};
