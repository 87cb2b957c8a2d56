import {
  type ClientMessage,
  type DegradedReason,
  LIMITS,
  mayReconnect,
  type ServerMessage,
  SUBPROTOCOL,
} from '@liveboard/contracts';
import { backoff } from './backoff.ts';
import { createRequests, DISCONNECTED, OK } from './requests.ts';
import { createRoomBook } from './room-book.ts';
import type { Feed, FeedOptions, Link, Outcome, Token } from './types.ts';

/** Well below the limit, so that a lost one does no harm. */
const ACK_EVERY_MS = LIMITS.ack_ms / 2;
const REFRESH_BEFORE_MS = 90_000;
const REFRESH_EVERY_MS = 10_000;
const CALM_MS = 10_000;
/** Anything but 1000 and 1001 keeps the session's slots, so that we find our rooms again. */
const COMING_BACK = 3_000;
const RESTART = 1_012;
const TOKEN_EXPIRED = 4_003;

export const createFeed = (options: FeedOptions): Feed => {
  const { url, token, random = Math.random, now = Date.now } = options;
  const openSocket = options.open ?? ((to, protocols) => new WebSocket(to, protocols));
  const book = createRoomBook();
  const degraded = new Set<DegradedReason>();
  const listeners = new Set<() => void>();
  const subscribing = new Set<string>();
  const waiting = new Map<string, ((outcome: Outcome) => void)[]>();
  let link: Link = { kind: 'connecting', attempt: 0 };
  let socket: WebSocket | undefined;
  let session: string | undefined;
  let held: Token | undefined;
  let wantsFresh = false;
  let refreshing = false;
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let attempt = 0;
  let clockOffset = 0;
  let heardAt = now();
  let dialledAt = now();
  let openedAt = 0;
  let ackedAt = 0;
  let comeBackAt: number | undefined;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let life = 0;

  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const serverNow = (): number => now() + clockOffset;
  const send = (message: ClientMessage): void => {
    if (socket?.readyState === 1) socket.send(JSON.stringify(message));
  };
  const requests = createRequests(send);
  const settle = (roomId: string, outcome: Outcome): void => {
    for (const done of waiting.get(roomId) ?? []) done(outcome);
    waiting.delete(roomId);
  };

  const subscribe = (roomId: string): void => {
    if (subscribing.has(roomId)) return;
    subscribing.add(roomId);
    const state = book.stateOf(roomId);
    const resume = state === undefined ? {} : { resume: { epoch: state.epoch, offset: state.offset } };
    requests.ask({ type: 'subscribe', room_id: roomId, ...resume }, (outcome) => {
      subscribing.delete(roomId);
      if (outcome.ok) settle(roomId, OK);
      // All that is wanted is asked for again after the next welcome.
      else if (outcome.code === 'DISCONNECTED') return;
      else if (outcome.code === 'UNAVAILABLE') {
        const at = life;
        setTimeout(() => {
          if (at === life && book.wants(roomId)) subscribe(roomId);
        }, outcome.retryMs ?? 1_000);
      } else {
        book.gone(roomId, outcome.code, outcome.message, serverNow(), outcome.held);
        settle(roomId, outcome);
      }
    });
  };

  const acknowledge = (): void => {
    const rooms = book.offsets;
    if (now() - ackedAt < ACK_EVERY_MS || Object.keys(rooms).length === 0) return;
    ackedAt = now();
    send({ type: 'ack', rooms });
  };

  const refresh = async (): Promise<void> => {
    if (refreshing || now() - refreshedAt < REFRESH_EVERY_MS) return;
    refreshing = true;
    refreshedAt = now();
    const at = life;
    try {
      const next = await token(true);
      if (at !== life) return;
      if (next === undefined) signOut();
      else {
        held = next;
        requests.ask({ type: 'auth.refresh', token: next.token }, () => {});
      }
    } catch {
      // The token still holds for a while; a later beat tries again.
    } finally {
      refreshing = false;
    }
  };

  const signOut = (): void => {
    detach(1_000);
    link = { kind: 'signed_out' };
    tell();
  };

  /** Lets go of the socket without waiting for its close, which a dead peer would never answer. */
  const detach = (code: number): void => {
    life++;
    clearTimeout(retryTimer);
    const old = socket;
    socket = undefined;
    requests.lose();
    if (old === undefined) return;
    old.onmessage = null;
    old.onclose = null;
    if (old.readyState < 2) old.close(code);
  };

  const later = (code?: number): void => {
    const hinted = code === RESTART && comeBackAt !== undefined ? Math.max(0, comeBackAt - now()) : undefined;
    const delay = hinted ?? backoff(attempt, random());
    comeBackAt = undefined;
    link = { kind: 'waiting', attempt, retryAt: now() + delay, ...(code === undefined ? {} : { code }) };
    attempt++;
    retryTimer = setTimeout(() => void connect(), delay);
    tell();
  };

  const lost = (code: number, reason: string): void => {
    detach(COMING_BACK);
    degraded.clear();
    if (now() - openedAt > CALM_MS && link.kind === 'open') attempt = 0;
    // A refused upgrade looks like any failure to a page: the next try brings another token.
    wantsFresh = link.kind === 'connecting' || code === TOKEN_EXPIRED;
    if (mayReconnect(code)) later(code);
    else {
      link = { kind: 'ended', code, reason };
      tell();
    }
  };

  const welcomed = (message: Extract<ServerMessage, { type: 'welcome' }>): void => {
    session = message.session_id;
    clockOffset = message.server_time - now();
    link = { kind: 'open' };
    openedAt = now();
    ackedAt = now();
    for (const { room_id, phase } of book.entries.values())
      if (phase === 'opening' || phase === 'live') subscribe(room_id);
  };

  const take = (message: ServerMessage): void => {
    switch (message.type) {
      case 'welcome':
        welcomed(message);
        break;
      case 'snapshot':
        book.snapshot(message, serverNow());
        break;
      case 'update':
        if (!book.update(message, serverNow())) subscribe(message.room_id);
        break;
      case 'comments':
        book.comments(message);
        break;
      case 'room.ended':
        book.ended(message);
        break;
      case 'revoked':
        book.gone(message.room_id, message.code, message.message, serverNow());
        break;
      case 'degraded':
        if (message.room_id !== undefined) book.stale(message.room_id, message.on);
        else if (message.on) degraded.add(message.reason);
        else degraded.delete(message.reason);
        break;
      case 'auth.expiring':
        void refresh();
        break;
      case 'drain':
        comeBackAt = now() + message.retry_in_ms;
        break;
      case 'beat':
      case 'pong':
        clockOffset = message.server_time - now();
        break;
      default:
        break;
    }
    requests.take(message);
  };

  const connect = async (): Promise<void> => {
    detach(COMING_BACK);
    const at = life;
    link = { kind: 'connecting', attempt };
    tell();
    try {
      const next = await token(wantsFresh);
      if (at !== life) return;
      if (next === undefined) {
        signOut();
        return;
      }
      held = next;
    } catch {
      if (at === life) later();
      return;
    }
    const offers = [SUBPROTOCOL, `bearer.${held.token}`, ...(session === undefined ? [] : [`session.${session}`])];
    dialledAt = now();
    const made = openSocket(url, offers);
    socket = made;
    made.onmessage = ({ data }) => {
      heardAt = now();
      for (const message of JSON.parse(String(data)) as ServerMessage[]) take(message);
      // Here and not in a timer alone: a hidden page's timers sleep, its socket does not.
      acknowledge();
      tell();
    };
    made.onclose = ({ code, reason }) => lost(code, reason);
  };

  const beat = setInterval(() => {
    if (socket === undefined) return;
    if (now() - Math.max(heardAt, dialledAt) > LIMITS.dead_ms) {
      lost(1_006, 'silence');
      return;
    }
    acknowledge();
    if (link.kind === 'open' && held !== undefined && serverNow() > held.expires_at - REFRESH_BEFORE_MS) void refresh();
  }, 1_000);

  void connect();
  return {
    get link() {
      return link;
    },
    rooms: book.entries,
    degraded,
    get heardAt() {
      return heardAt;
    },
    serverNow,
    watch: (roomId) =>
      new Promise((done) => {
        const isNew = !book.wants(roomId);
        if (!isNew && book.stateOf(roomId) !== undefined) {
          done(OK);
          return;
        }
        waiting.set(roomId, [...(waiting.get(roomId) ?? []), done]);
        if (!isNew) return;
        book.open(roomId);
        if (link.kind === 'open') subscribe(roomId);
        tell();
      }),
    leave: (roomId) => {
      const wasOpen = book.wants(roomId);
      book.drop(roomId);
      settle(roomId, DISCONNECTED);
      if (wasOpen) send({ type: 'unsubscribe', room_id: roomId });
      tell();
    },
    swap: (from, to) =>
      new Promise((done) => {
        if (link.kind !== 'open') {
          done(DISCONNECTED);
          return;
        }
        book.open(to);
        requests.ask({ type: 'swap', from, to }, (outcome) => {
          book.drop(outcome.ok ? from : to);
          tell();
          done(outcome);
        });
      }),
    retry: () => {
      if (link.kind === 'open' || link.kind === 'connecting') return;
      wantsFresh ||= link.kind === 'signed_out' || link.kind === 'ended';
      if (link.kind === 'ended') session = undefined;
      void connect();
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      clearInterval(beat);
      detach(1_000);
      link = { kind: 'closed' };
      tell();
    },
  };
};
