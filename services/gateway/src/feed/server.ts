import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Directory } from '@liveboard/access';
import { LIMITS, SUBPROTOCOL } from '@liveboard/contracts';
import { type Lease, type LeaseHolder, newSession, type RoomStore } from '@liveboard/live-store';
import type { Log } from '@liveboard/runtime';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { sendProblem } from '../problem.ts';
import type { Verified, Verify } from '../tokens.ts';
import { createBootGuard } from './boot-guard.ts';
import { type Connection, createConnection } from './connection.ts';
import type { Hub } from './hub.ts';
import { createBucket } from './inbound.ts';
import { createFreeSlots, createSlots } from './slots.ts';

export interface FeedOptions {
  readonly hub: Hub;
  readonly store: RoomStore;
  readonly lease: Lease;
  readonly directory: Directory;
  readonly verify: Verify;
  readonly origins: ReadonlySet<string>;
  readonly log: Log;
  readonly socketsPerPartner: number;
  readonly socketsPerIp: number;
  readonly upgradesPerSecond: number;
  readonly inboundPerSecond: number;
  readonly framesPerSecond: number;
}

export interface Feed {
  register(app: FastifyInstance): void;
  /** Redis went away or came back. */
  setRedis(connected: boolean): void;
  /** Tells everybody to come back in a while, then closes. */
  drain(): Promise<void>;
  readonly connections: number;
}

interface Offer {
  readonly token: string;
  readonly session?: string;
}

const DRAIN_MS = 2_000;
const BUCKETS = 10_000;

/** Reads `liveboard.v1, bearer.<jwt>, session.<id>`. Undefined where the protocol or the token is missing. */
const readOffer = (header: string | undefined): Offer | undefined => {
  const offered = (header ?? '').split(',').map((each) => each.trim());
  const token = offered.find((each) => each.startsWith('bearer.'))?.slice(7);
  const session = offered.find((each) => each.startsWith('session.'))?.slice(8);
  if (!offered.includes(SUBPROTOCOL) || token === undefined || token === '') return undefined;
  return session !== undefined && /^[0-9a-f]{32}$/.test(session) ? { token, session } : { token };
};

/** The live feed: refuses before the upgrade, then one connection a socket. */
export const createFeed = (options: FeedOptions): Feed => {
  const { hub, store, lease, directory, verify, origins, log } = options;
  const gatewayId = randomBytes(8).toString('hex');
  const connections = new Map<Connection, { ip: string }>();
  const upgrades = new Map<string, ReturnType<typeof createBucket>>();
  const verified = new WeakMap<FastifyRequest, { principal: Verified; session?: string }>();
  let counter = 0;
  let draining = false;
  let redisOn = true;
  const guard = createBootGuard(lease, () => {
    log.warn('Redis lost its data; registering what is held');
    for (const connection of connections.keys()) connection.renew();
  });

  const mayUpgrade = (ip: string): boolean => {
    if (upgrades.size > BUCKETS) upgrades.clear();
    let bucket = upgrades.get(ip);
    if (bucket === undefined) {
      bucket = createBucket(options.upgradesPerSecond, options.upgradesPerSecond, Date.now);
      upgrades.set(ip, bucket);
    }
    return bucket.take();
  };

  const counts = (matches: (connection: Connection, ip: string) => boolean): number =>
    [...connections].filter(([connection, { ip }]) => matches(connection, ip)).length;

  /** Attaches the session asked for, or a new one where it is unknown or somebody else's. */
  const attach = async (principal: Verified, asked: string | undefined) => {
    const { sub, partner_id = '', name = '' } = principal;
    const conn = `${gatewayId}.${++counter}`;
    const holderOf = (session: string): LeaseHolder => ({ partner_id, session, conn, sub, name });
    if (principal.role !== 'partner')
      return { session: asked ?? newSession(), held: [], resumed: false, slots: createFreeSlots() };
    if (asked !== undefined) {
      const answer = await lease.attach(holderOf(asked), false);
      if (answer.kind === 'RESUMED') {
        const slots = createSlots(lease, guard, holderOf(asked), () => performance.now());
        return { session: asked, held: answer.held, resumed: true, slots };
      }
    }
    const holder = holderOf(newSession());
    await lease.attach(holder, true);
    const slots = createSlots(lease, guard, holder, () => performance.now());
    return { session: holder.session, held: [], resumed: false, slots };
  };

  const welcome = async (socket: WebSocket, principal: Verified, ip: string, asked: string | undefined) => {
    const early: [Buffer, boolean][] = [];
    let connection: Connection | undefined;
    let closedWith: number | undefined;
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (connection !== undefined) connection.receive(data, isBinary);
      else if (early.length < 20) early.push([data, isBinary]);
    });
    socket.on('pong', () => connection?.pong());
    socket.on('error', (error) => log.debug({ err: error.message }, 'a socket failed'));
    socket.on('close', (code) => {
      closedWith = code;
      if (connection === undefined) return;
      connections.delete(connection);
      void connection.closed(code === 1_000 || code === 1_001);
    });
    const { session, held, resumed, slots } = await attach(principal, asked);
    if (closedWith !== undefined) {
      await slots.leave();
      return;
    }
    connection = createConnection({
      socket: {
        get bufferedAmount() {
          return socket.bufferedAmount;
        },
        send: (text) => socket.send(text),
        close: (code, reason) => socket.close(code, reason),
        ping: () => socket.ping(),
      },
      principal,
      slots,
      hub,
      directory,
      infoOf: store.info,
      verify,
      log,
      inboundPerSecond: options.inboundPerSecond,
      now: Date.now,
    });
    connections.set(connection, { ip });
    const { rooms, frame_bytes, ack_ms, beat_ms } = LIMITS;
    connection.say({
      type: 'welcome',
      session_id: session,
      resumed,
      server_time: Date.now(),
      role: principal.role,
      held,
      limits: { rooms, frame_bytes, ack_ms, beat_ms },
    });
    if (!redisOn) connection.say({ type: 'degraded', reason: 'redis', on: true });
    connection.tick();
    for (const [data, isBinary] of early) connection.receive(data, isBinary);
  };

  const ticker = setInterval(() => {
    for (const connection of connections.keys()) connection.tick();
  }, 1_000 / options.framesPerSecond);

  return {
    register: (app) => {
      app.get(
        '/v1/live',
        {
          websocket: true,
          preValidation: async (request, reply) => {
            const { headers, ip } = request;
            if (headers.upgrade?.toLowerCase() !== 'websocket')
              return sendProblem(reply, 'INVALID_REQUEST', 'upgrade: must be websocket');
            if (headers.origin === undefined || !origins.has(headers.origin))
              return sendProblem(reply, 'FORBIDDEN_ROLE', 'origin: is not one of those allowed');
            const offer = readOffer(headers['sec-websocket-protocol']);
            if (offer === undefined)
              return sendProblem(
                reply,
                'INVALID_REQUEST',
                `sec-websocket-protocol: must offer ${SUBPROTOCOL} and bearer.<token>`,
              );
            if (!mayUpgrade(ip)) return sendProblem(reply, 'RATE_LIMITED', 'too many connects from this address');
            const answer = await verify(offer.token);
            if (!answer.ok) return sendProblem(reply, 'UNAUTHENTICATED', answer.why);
            const { principal } = answer;
            if (!['partner', 'host', 'operator'].includes(principal.role))
              return sendProblem(reply, 'FORBIDDEN_ROLE', 'the feed is for partners, hosts and operators');
            if (draining) return sendProblem(reply, 'UNAVAILABLE', 'the gateway is going down');
            if (counts((_, from) => from === ip) >= options.socketsPerIp)
              return sendProblem(reply, 'RATE_LIMITED', 'too many sockets from this address');
            const { partner_id } = principal;
            if (
              partner_id !== undefined &&
              counts((each) => each.principal.partner_id === partner_id) >= options.socketsPerPartner
            )
              return sendProblem(reply, 'RATE_LIMITED', 'too many sockets of this partner');
            verified.set(request, { principal, ...(offer.session === undefined ? {} : { session: offer.session }) });
            return undefined;
          },
        },
        (socket, request) => {
          const known = verified.get(request);
          if (known === undefined) {
            socket.terminate();
            return;
          }
          welcome(socket, known.principal, request.ip, known.session).catch((error: unknown) => {
            log.warn({ err: error instanceof Error ? error.message : error }, 'a client could not be welcomed');
            socket.close(1_013, 'try again');
          });
        },
      );
    },
    setRedis: (connected) => {
      if (redisOn === connected) return;
      redisOn = connected;
      for (const connection of connections.keys()) {
        connection.say({ type: 'degraded', reason: 'redis', on: !connected });
        if (connected) connection.renew();
      }
    },
    drain: async () => {
      draining = true;
      for (const connection of connections.keys())
        connection.say({ type: 'drain', retry_in_ms: 250 + Math.floor(Math.random() * DRAIN_MS) });
      for (const connection of connections.keys()) connection.tick();
      clearInterval(ticker);
    },
    get connections() {
      return connections.size;
    },
  };
};
