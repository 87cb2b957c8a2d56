import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { ServerMessage } from '@liveboard/contracts';
import WebSocket from 'ws';

/** What answers a frame that carried a `ref`. */
export type Answered = Extract<ServerMessage, { type: 'ok' | 'error' | 'snapshot' | 'pong' }>;

type OfType<T> = Extract<ServerMessage, { type: T }>;

/** A plain client of the feed, for tests: it keeps every message and waits for those it is asked for. */
export interface FeedClient {
  readonly messages: readonly ServerMessage[];
  /** When each of `messages` came, by the process's steady clock, ms. */
  readonly at: readonly number[];
  send(message: object): void;
  sendRaw(data: string | Buffer): void;
  /** Sends with a `ref` of its own and waits for the first message that bears it. */
  ask(message: object): Promise<Answered>;
  /** The first message (from `from` on) of that type that fits. Rejects after `deadlineMs`. */
  next<T extends ServerMessage['type']>(
    type: T,
    fits?: (message: OfType<T>) => boolean,
    deadlineMs?: number,
  ): Promise<OfType<T>>;
  readonly closed: Promise<number>;
  /** Leaves: 1000 politely, otherwise as if the client died. */
  close(politely?: boolean): Promise<number>;
}

export const tokenFor = async (url: string, sub: string): Promise<string> => {
  const answer = await fetch(`${url}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sub }),
  });
  return ((await answer.json()) as { token: string }).token;
};

export const get = async (url: string, path: string, token: string): Promise<{ status: number; body: unknown }> => {
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, body: await answer.json() };
};

export const post = async (
  url: string,
  path: string,
  token: string,
  body: object = {},
): Promise<{ status: number; body: unknown }> => {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
};

export const connectFeed = async (
  url: string,
  {
    token,
    origin = url,
    session,
    acks = true,
    autoPong = true,
  }: { token: string; origin?: string; session?: string; acks?: boolean; autoPong?: boolean },
): Promise<FeedClient> => {
  const offers = ['liveboard.v1', `bearer.${token}`, ...(session === undefined ? [] : [`session.${session}`])];
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/live`, offers, { headers: { origin }, autoPong });
  const messages: ServerMessage[] = [];
  const at: number[] = [];
  const waiting = new Set<() => void>();
  // Without a prototype: `__proto__` is a legal id.
  const offsets = Object.create(null) as Record<string, number>;
  socket.on('message', (data: Buffer) => {
    for (const message of JSON.parse(data.toString()) as ServerMessage[]) {
      messages.push(message);
      at.push(performance.now());
      if (message.type === 'snapshot' || message.type === 'update') offsets[message.room_id] = message.offset;
    }
    for (const wake of [...waiting]) wake();
  });
  const closed = new Promise<number>((done) => socket.once('close', done));
  const acking = setInterval(() => {
    if (acks && socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type: 'ack', rooms: offsets }));
  }, 4_000);
  void closed.then(() => clearInterval(acking));
  await new Promise<void>((done, fail) => {
    socket.once('open', done);
    socket.once('unexpected-response', (_, response) => fail(new Error(`refused: ${response.statusCode}`)));
    socket.once('error', fail);
  });
  const client: FeedClient = {
    messages,
    at,
    closed,
    send: (message) => socket.send(JSON.stringify(message)),
    sendRaw: (data) => socket.send(data),
    ask: async (message) => {
      const ref = randomUUID();
      client.send({ ...message, ref });
      return new Promise((done, fail) => {
        const end = (answer?: Answered): void => {
          clearTimeout(timer);
          waiting.delete(look);
          if (answer === undefined) fail(new Error(`no answer to ${JSON.stringify(message)}`));
          else done(answer);
        };
        const look = (): void => {
          const found = messages.find((each) => 'ref' in each && each.ref === ref);
          if (found !== undefined) end(found as Answered);
        };
        const timer = setTimeout(end, 20_000);
        waiting.add(look);
        void closed.then(() => end());
      });
    },
    next: (type, fits = () => true, deadlineMs = 20_000) =>
      new Promise((done, fail) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          fail(
            new Error(`no ${type} within ${deadlineMs} ms; there were ${messages.map((each) => each.type).join(' ')}`),
          );
        }, deadlineMs);
        const look = (): void => {
          const found = messages.find((each) => each.type === type && fits(each as OfType<typeof type>));
          if (found === undefined) return;
          clearTimeout(timer);
          waiting.delete(look);
          done(found as OfType<typeof type>);
        };
        waiting.add(look);
        look();
      }),
    close: (politely = true) => {
      if (politely) socket.close(1_000);
      else socket.terminate();
      return closed;
    },
  };
  return client;
};
