import { createServer } from 'node:http';
import { Registry } from 'prom-client';

/** Where the text of `/metrics` comes from. */
export type Metrics = Pick<Registry, 'contentType' | 'metrics'>;

export interface Health {
  readonly port: number;
  close(): Promise<void>;
}

/** `/healthz` (the process lives), `/readyz` (503 with the reason until `isReady` says nothing), `/metrics`. Loopback only. */
export const startHealth = async (
  port: number,
  notReady: () => string | undefined | Promise<string | undefined>,
  metrics: Metrics = new Registry(),
): Promise<Health> => {
  const server = createServer((request, response) => {
    const reply = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    if (request.url === '/healthz') reply(200, 'text/plain', 'ok\n');
    else if (request.url === '/readyz') {
      Promise.resolve(notReady()).then(
        (reason) => reply(reason === undefined ? 200 : 503, 'text/plain', `${reason ?? 'ready'}\n`),
        () => reply(503, 'text/plain', 'not known\n'),
      );
    } else if (request.url === '/metrics')
      metrics.metrics().then(
        (text) => reply(200, metrics.contentType, text),
        () => reply(500, 'text/plain', 'metrics failed\n'),
      );
    else reply(404, 'text/plain', 'not here\n');
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', done);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () => new Promise((done) => server.close(() => done())),
  };
};
