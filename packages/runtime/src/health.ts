import { createServer } from 'node:http';
import { Registry } from 'prom-client';

export interface Health {
  readonly registry: Registry;
  readonly port: number;
  close(): Promise<void>;
}

/** `/healthz` (the process lives), `/readyz` (503 with the reason until `isReady` says nothing), `/metrics`. Loopback only. */
export const startHealth = async (
  port: number,
  notReady: () => string | undefined,
  registry: Registry = new Registry(),
): Promise<Health> => {
  const server = createServer((request, response) => {
    const reply = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    if (request.url === '/healthz') reply(200, 'text/plain', 'ok\n');
    else if (request.url === '/readyz') {
      const reason = notReady();
      reply(reason === undefined ? 200 : 503, 'text/plain', `${reason ?? 'ready'}\n`);
    } else if (request.url === '/metrics')
      registry.metrics().then(
        (text) => reply(200, registry.contentType, text),
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
    registry,
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () => new Promise((done) => server.close(() => done())),
  };
};
