import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createHistoryClient } from '../src/client.ts';
import { createHistoryReader } from '../src/reader.ts';

it('gives up a question whose signal says so, although the server is there and says nothing', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.resume();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = createHistoryClient({ url: `http://127.0.0.1:${port}`, database: 'd', requestMs: 3_000 });
  const giveUp = new AbortController();
  const begun = performance.now();
  const asked = createHistoryReader(client).newest(1, giveUp.signal);
  await once(server, 'connection');
  const [socket] = sockets as [Socket];
  await once(socket, 'data');
  const closed = once(socket, 'close');
  giveUp.abort();
  await expect(asked).rejects.toThrow(/abort/);
  // Nothing of it is left that others would wait behind.
  await closed;
  expect(performance.now() - begun).toBeLessThan(2_000);
  await client.close();
  server.close();
});
