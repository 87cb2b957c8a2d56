import { type Directory, isRevoked } from '@liveboard/access';
import {
  CLOSE_CODES,
  type ClientMessage,
  type CloseName,
  ERRORS,
  type ErrorCode,
  LIMITS,
  type RoomInfo,
  type ServerMessage,
} from '@liveboard/contracts';
import type { Log } from '@liveboard/runtime';
import type { Verified, Verify } from '../tokens.ts';
import { type Answer, OK, refused } from './answer.ts';
import type { FeedCounters } from './counters.ts';
import type { Hub } from './hub.ts';
import { createBucket, readFrame } from './inbound.ts';
import type { Wire } from './outbox.ts';
import type { Slots } from './slots.ts';
import { createSubscriptions } from './subscriptions.ts';

const RENEW_MS = 10_000;
const RENEW_AGAIN_MS = 2_000;
const PING_MS = 15_000;
const PONG_MS = 8_000;
const EXPIRING_MS = 60_000;
const EXPIRED_MS = 10_000;
const ERRORS_A_MINUTE = 20;
/** A second breach of the inbound limit within this time ends the connection, ms. */
const LIMITED_MS = 10_000;
const BURST_S = 10;

interface Socket extends Wire {
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
  readonly counters: FeedCounters;
  readonly inboundPerSecond: number;
  /** The connection ends by our decision. */
  readonly onClose: (name: CloseName) => void;
  /** Wall clock, ms. */
  readonly now: () => number;
}

/** One client of the feed: its frames, its clock and its limits. Its rooms are `Subscriptions`. */
export interface Connection {
  receive(data: Buffer, isBinary: boolean): void;
  pong(): void;
  say(message: ServerMessage): void;
  /** Called ten times a second: time passes, frames go out. */
  tick(): void;
  /** Registers the held rooms again now. */
  renew(): void;
  /** Ends it from our side. */
  close(name: CloseName): void;
  /** The socket is closed; `clean`: the client said that it leaves. */
  closed(clean: boolean): Promise<void>;
}

export const createConnection = (options: ConnectionOptions): Connection => {
  const { socket, slots, hub, directory, infoOf, verify, counters, log, now } = options;
  let { principal } = options;
  const bucket = createBucket(options.inboundPerSecond, options.inboundPerSecond * BURST_S, now);
  let chain: Promise<unknown> = Promise.resolve();
  let isOpen = true;
  let limitedAt = Number.NEGATIVE_INFINITY;
  let errorsAt: number[] = [];
  let renewAt = now() + RENEW_MS;
  let pingedAt = now();
  let pingWaits = false;
  let expiringTold = false;
  /** The directory's revision at which the principal was looked up last. */
  let lookedUp = -1;

  const queue = (work: () => Promise<void>): void => {
    chain = chain.then(work).catch((error: unknown) => log.error({ err: error }, 'a connection failed'));
  };
  const subscriptions = createSubscriptions({
    wire: socket,
    principal: () => principal,
    slots,
    hub,
    directory,
    infoOf,
    queue,
    counters,
    log,
    now,
  });
  const { say } = subscriptions;

  const close = (name: CloseName): void => {
    if (!isOpen) return;
    isOpen = false;
    // What was answered goes before; of its rooms the client hears no more.
    subscriptions.end();
    subscriptions.flush();
    const { code, says } = CLOSE_CODES[name];
    options.onClose(name);
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

  const refresh = async (token: string): Promise<Answer> => {
    const verified = await verify(token);
    if (!verified.ok) return refused(verified.code, { rule: verified.rule });
    const next = verified.principal;
    if (next.sub !== principal.sub || next.role !== principal.role || next.partner_id !== principal.partner_id)
      return { kind: 'close', name: 'CREDENTIALS' };
    principal = next;
    expiringTold = false;
    return OK;
  };

  const handle = (message: ClientMessage): Promise<Answer> | Answer => {
    switch (message.type) {
      case 'subscribe':
        return subscriptions.subscribe(message.room_id, message.ref, message.resume);
      case 'swap':
        return subscriptions.swap(message.from, message.to, message.ref);
      case 'unsubscribe':
        return subscriptions.unsubscribe(message.room_id);
      case 'ack':
        return subscriptions.ack(message.rooms);
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
      const answered = await handle(message);
      if (answered.kind === 'close') close(answered.name);
      else if (answered.kind === 'refused') refuse(ref, answered.code, ERRORS[answered.code].title, answered.details);
      else if (ref !== undefined && type !== 'subscribe' && type !== 'ping') say({ type: 'ok', ref });
    } catch (error) {
      log.warn({ err: error instanceof Error ? error.message : error, type }, 'a frame could not be served');
      refuse(ref, 'UNAVAILABLE', ERRORS.UNAVAILABLE.title, { retry_in_ms: 1_000 });
      // What is held may not be what it was taken for.
      renewAt = now();
    }
  };

  const renew = (): void => {
    renewAt = now() + RENEW_MS;
    queue(async () => {
      if (!isOpen) return;
      try {
        const answered = await subscriptions.renew();
        if (answered.kind === 'close') close(answered.name);
      } catch (error) {
        renewAt = now() + RENEW_AGAIN_MS;
        log.warn({ err: error instanceof Error ? error.message : error }, 'a lease was not renewed');
      }
    });
  };

  /** Why the connection must end now, by the clock and the directory. */
  const timedOut = (at: number): CloseName | undefined => {
    if (at > principal.expiresAt + EXPIRED_MS) return 'TOKEN_EXPIRED';
    if (lookedUp !== directory.revision) {
      lookedUp = directory.revision;
      if (isRevoked(directory, principal.sub, principal.issuedAt)) return 'CREDENTIALS';
    }
    if (subscriptions.isSilent()) return 'NO_ACK';
    if (pingWaits && at - pingedAt > PONG_MS) return 'HEARTBEAT';
    return undefined;
  };

  const keepAlive = (at: number): void => {
    if (!expiringTold && at > principal.expiresAt - EXPIRING_MS) {
      expiringTold = true;
      say({ type: 'auth.expiring', expires_at: principal.expiresAt });
    }
    if (at - pingedAt >= PING_MS) {
      pingedAt = at;
      pingWaits = true;
      socket.ping();
    }
    if (at >= renewAt) renew();
    if (at - subscriptions.sentAt >= LIMITS.beat_ms) say({ type: 'beat', server_time: at });
  };

  return {
    receive: (data, isBinary) => {
      if (!isOpen) return;
      const at = now();
      if (!bucket.take()) {
        if (at - limitedAt < LIMITED_MS) close('RATE_LIMITED');
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
    close,
    tick: () => {
      if (!isOpen) return;
      const at = now();
      const over = timedOut(at);
      if (over !== undefined) {
        close(over);
        return;
      }
      keepAlive(at);
      subscriptions.review();
      if (subscriptions.flush() === 'cut') close('SLOW');
    },
    closed: async (clean) => {
      isOpen = false;
      await chain;
      subscriptions.end();
      if (clean) await slots.leave().catch(() => undefined);
    },
  };
};
