// The event contract's lines to copy: a room of one's own by curl, by kcat and by Python, where those are installed.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const stack = JSON.parse(readFileSync(process.env.LIVEBOARD_TEST_STACK, 'utf8'));
const examples = fileURLToPath(new URL('../../docs/examples/', import.meta.url));
const expected = JSON.parse(readFileSync(`${examples}expected.json`, 'utf8'));
const python = process.env.PYTHON ?? 'python3';
const answers = (program, ...args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;

const ask = async (path, init) => (await fetch(stack.gateway_url + path, init)).json();
const numbersOf = async (room, token) => {
  const { items } = await ask('/v1/rooms?limit=100', { headers: { authorization: `Bearer ${token}` } });
  return items.find(({ room_id }) => room_id === room)?.metrics;
};

describe('a hand-written room', () => {
  it.for([
    { by: 'curl', has: answers('curl', '--version'), command: ['sh', `${examples}post.sh`] },
    { by: 'kcat', has: answers('kcat', '-V'), command: ['sh', `${examples}kcat.sh`] },
    { by: 'Python', has: answers(python, '-c', 'import confluent_kafka'), command: [python, `${examples}produce.py`] },
  ])('put in by $by appears with the expected numbers', async ({ has, by, command }, { skip }) => {
    if (!has) skip(`${by} is not installed here`);
    const room = `own-${randomUUID().slice(0, 8)}`;
    const [program, ...args] = command;
    const names = { KAFKA_BROKERS: stack.kafka_brokers, LIVEBOARD_NAMESPACE: stack.namespace };
    const env = { ...process.env, ...names, LIVEBOARD_URL: stack.gateway_url };
    const done = spawnSync(program, [...args, room], { encoding: 'utf8', env });
    expect(`${done.stderr}${done.stdout}`.trim()).toBe(room);
    const { token } = await ask('/dev/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sub: 'demo-partner' }),
    });
    await expect.poll(() => numbersOf(room, token), { timeout: 30_000 }).toEqual(expected);
  });
});
