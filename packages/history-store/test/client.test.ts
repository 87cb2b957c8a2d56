import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createHistoryClient } from '../src/client.ts';

it('leaves rows of a batch out only where an operator said how many', async () => {
  const asked: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '/', 'http://h').searchParams);
    request.resume().on('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const skipRows of [undefined, 0, 3]) {
    const client = createHistoryClient({ url, database: 'd', ...(skipRows === undefined ? {} : { skipRows }) });
    expect(await client.inserter('minutes')([Buffer.from('{}\n')])).toEqual({ kind: 'written' });
    await client.close();
  }
  server.close();
  expect(asked.map((each) => each.get('input_format_allow_errors_num'))).toEqual([null, null, '3']);
});
