import { connect, createServer, type Socket } from 'node:net';

/**
 * What a road does with what goes over it: `open` lets it through; `closed` takes no connection and cuts those there are;
 * `swallowing` lets every request through and every other answer get lost, with its connection, once it has begun.
 */
export type Traffic = 'open' | 'closed' | 'swallowing';

/** A way to a server that a test may disturb. */
export interface LossyRoad {
  readonly url: string;
  /** Answers that got lost. */
  readonly swallowed: () => number;
  set(traffic: Traffic): void;
  close(): Promise<void>;
}

export const createLossyRoad = async (to: string): Promise<LossyRoad> => {
  const target = new URL(to);
  const sockets = new Set<Socket>();
  let traffic: Traffic = 'open';
  let answers = 0;
  let swallowed = 0;
  const server = createServer((client) => {
    const far = connect(Number(target.port), target.hostname);
    const end = (): void => {
      for (const each of [client, far]) {
        each.destroy();
        sockets.delete(each);
      }
    };
    for (const each of [client, far]) {
      sockets.add(each);
      each.on('error', end).on('close', end);
    }
    if (traffic === 'closed') return end();
    client.pipe(far);
    far.on('data', (chunk) => {
      if (traffic === 'swallowing' && answers++ % 2 === 0) {
        swallowed++;
        end();
      } else client.write(chunk);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    swallowed: () => swallowed,
    set: (next) => {
      traffic = next;
      if (next === 'closed') for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
};
