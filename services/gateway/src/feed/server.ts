import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Directory } from '@liveboard/access';
import { LIMITS } from '@liveboard/contracts';
import type { Lease, RoomStore, Subscriber } from '@liveboard/live-store';
import type { Log } from '@liveboard/runtime';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { sendProblem } from '../problem.ts';
import type { Verify } from '../tokens.ts';
import { createBootGuard } from './boot-guard.ts';
import { type Connection, createConnection } from './connection.ts';
import { createFeedCounters, type FeedCounters } from './counters.ts';
import type { Hub } from './hub.ts';
import { createLoadWatch, type Load } from './load.ts';
import { createSessions } from './sessions.ts';
import { type Admission, createGate, type Gate, type GateOptions } from './upgrade.ts';

export interface FeedOptions extends Omit<GateOptions, 'now'> {
  readonly hub: Hub;
  readonly store: RoomStore;
  readonly lease: Lease;
  readonly subscriber: Subscriber;
  readonly directory: Directory;
  readonly verify: Verify;
  readonly log: Log;
  readonly inboundPerSecond: number;
  readonly framesPerSecond: number;
}

/** What happened at the feed since the start, and who is there now. */
export type FeedCounts = Readonly<FeedCounters> & { readonly connections: number };

export interface Feed {
  register(app: FastifyInstance): void;
  /** Redis went away or came back. */
  setRedis(connected: boolean): void;
  /** Rights can be confirmed, or could not be for too long. */
  setDirectory(confirmed: boolean): void;
  /** Tells everybody to come back in a while. Nobody is let in from then on. */
  drain(): void;
  counts(): FeedCounts;
  close(): void;
}

const DRAIN_MS = 250;
const DRAIN_SPREAD_MS = 2_000;
/** The share of the connections, the youngest, that an overloaded gateway sends away. */
const SHED = 0.1;

type Admitted = Extract<Admission, { ok: true }>;

/** The live feed: refuses before the upgrade, then one connection a socket. */
export const createFeed = (options: FeedOptions): Feed => {
  const { hub, store, lease, subscriber, directory, verify, log } = options;
  const connections = new Set<Connection>();
  const admitted = new WeakMap<FastifyRequest, Admitted>();
  const counters = createFeedCounters();
  const { closed, refused } = counters;
  let draining = false;
  let load: Load = 'fine';
  /** What everybody's feed is without. */
  const troubles = new Set<'redis' | 'directory'>();

  const guard = createBootGuard(lease, () => {
    log.warn('Redis lost its data; registering what is held');
    for (const connection of connections) connection.renew();
  });
  const sessions = createSessions({
    lease,
    subscriber,
    guard,
    gatewayId: randomBytes(8).toString('hex'),
    steadyNow: () => performance.now(),
  });
  const gate: Gate = createGate({
    ...options,
    notReady: () => {
      if (draining) return 'the gateway is going down';
      return load === 'fine' ? options.notReady() : 'the gateway is overloaded';
    },
    now: Date.now,
  });

  const welcome = async (socket: WebSocket, { principal, session: asked }: Admitted): Promise<void> => {
    // Nothing that the client says is read before somebody listens.
    socket.pause();
    let connection: Connection | undefined;
    let moved = false;
    const session = await sessions.open(principal, asked, () => {
      moved = true;
      connection?.close('SESSION_REPLACED');
    });
    const made = createConnection({
      socket: {
        get bufferedAmount() {
          return socket.bufferedAmount;
        },
        send: (text) => {
          counters.frames++;
          socket.send(text);
        },
        close: (code, reason) => socket.close(code, reason),
        ping: () => socket.ping(),
      },
      principal,
      slots: session.slots,
      hub,
      directory,
      infoOf: store.info,
      verify,
      log,
      counters,
      inboundPerSecond: options.inboundPerSecond,
      onClose: (name) => {
        closed[name] = (closed[name] ?? 0) + 1;
      },
      now: Date.now,
    });
    connection = made;
    connections.add(made);
    socket.on('message', (data: Buffer, isBinary: boolean) => made.receive(data, isBinary));
    socket.on('pong', () => made.pong());
    socket.on('close', (code) => {
      connections.delete(made);
      session.close();
      void made.closed(code === 1_000 || code === 1_001);
    });
    const { rooms, frame_bytes, ack_ms, beat_ms } = LIMITS;
    made.say({
      type: 'welcome',
      session_id: session.id,
      resumed: session.resumed,
      server_time: Date.now(),
      role: principal.role,
      held: session.held,
      limits: { rooms, frame_bytes, ack_ms, beat_ms },
    });
    for (const reason of troubles) made.say({ type: 'degraded', reason, on: true });
    made.tick();
    if (moved) made.close('SESSION_REPLACED');
    socket.resume();
  };

  /** True where that is news. */
  const tell = (reason: 'redis' | 'directory', on: boolean): boolean => {
    if (troubles.has(reason) === on) return false;
    if (on) troubles.add(reason);
    else troubles.delete(reason);
    for (const connection of connections) connection.say({ type: 'degraded', reason, on });
    return true;
  };

  const shed = (): void => {
    const youngest = [...connections].slice(-Math.ceil(connections.size * SHED));
    log.warn({ shed: youngest.length }, 'the event loop is behind');
    for (const connection of youngest) connection.close('OVERLOADED');
  };

  const everyMs = 1_000 / options.framesPerSecond;
  const loadWatch = createLoadWatch(everyMs, performance.now());
  const ticker = setInterval(() => {
    load = loadWatch.tick(performance.now());
    if (load === 'overloaded') shed();
    for (const connection of connections) connection.tick();
  }, everyMs);

  return {
    register: (app) => {
      app.get(
        '/v1/live',
        {
          websocket: true,
          preValidation: async (request, reply) => {
            const { headers, ip } = request;
            const answer = await gate({
              ip,
              upgrade: headers.upgrade,
              origin: headers.origin,
              protocols: headers['sec-websocket-protocol'],
            });
            if (!answer.ok) {
              refused[answer.code] = (refused[answer.code] ?? 0) + 1;
              const isToken = answer.code === 'UNAUTHENTICATED';
              return sendProblem(reply, answer.code, answer.detail, isToken ? { rule: answer.detail } : {});
            }
            request.raw.socket.once('close', answer.release);
            admitted.set(request, answer);
            return undefined;
          },
        },
        (socket, request) => {
          socket.on('error', (error) => log.debug({ err: error.message }, 'a socket failed'));
          const known = admitted.get(request);
          if (known === undefined) {
            socket.terminate();
            return;
          }
          welcome(socket, known).catch((error: unknown) => {
            log.warn({ err: error instanceof Error ? error.message : error }, 'a client could not be welcomed');
            socket.resume();
            socket.close(1_012, 'restart');
          });
        },
      );
    },
    setRedis: (connected) => {
      if (tell('redis', !connected) && connected) for (const connection of connections) connection.renew();
    },
    setDirectory: (confirmed) => {
      tell('directory', !confirmed);
    },
    drain: () => {
      draining = true;
      for (const connection of connections) {
        connection.say({ type: 'drain', retry_in_ms: DRAIN_MS + Math.floor(Math.random() * DRAIN_SPREAD_MS) });
        connection.tick();
      }
    },
    counts: () => ({ ...counters, connections: connections.size }),
    close: () => clearInterval(ticker),
  };
};
