import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Problem } from '@liveboard/contracts';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { type AppOptions, createApp } from '../src/app.ts';
import { createAllowance } from '../src/intake/allowance.ts';
import type { IntakeEvent } from '../src/intake/judge.ts';
import type { Ownership } from '../src/intake/owner.ts';
import { createIntake } from '../src/intake/route.ts';
import type { Written } from '../src/intake/writer.ts';
import { createAuthenticate } from '../src/rest/context.ts';
import type { Verified } from '../src/tokens.ts';
import { log, settle } from './fakes.ts';

const NOW = 1_800_000_000_000;
const comment = (id = 'c', more: object = {}) => ({
  v: 1,
  id,
  type: 'comment.posted',
  room_id: 'r',
  ts: NOW,
  user_id: 'u',
  text: 'hello',
  ...more,
});
const MiB = 1_048_576;

const apps: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

/** The app with an intake whose owner and writer do as told. Tokens are `sub` or `sub/role`. */
const create = async (limits: { batches?: number; events?: number } = {}) => {
  const fake = {
    owned: { kind: 'theirs' } as Ownership,
    written: [] as (readonly IntakeEvent[])[],
    writing: (): Promise<Written> => Promise.resolve('acknowledged'),
  };
  const allow = (perSecond = 1_000_000) => createAllowance(perSecond, perSecond, () => 0);
  const intake = createIntake({
    authenticate: createAuthenticate(
      async (token) => {
        const [sub = '', role = 'service'] = token.split('/');
        if (sub === 'bad') return { ok: false, code: 'UNAUTHENTICATED', rule: 'exp: the token has expired' };
        return { ok: true, principal: { sub, role: role as Verified['role'], issuedAt: 0, expiresAt: 1e15 } };
      },
      () => undefined,
    ),
    owner: async () => fake.owned,
    writer: {
      write: async (events) => {
        fake.written.push(events);
        return fake.writing();
      },
      brokerNow: () => NOW,
      close: async () => undefined,
    },
    batches: allow(limits.batches),
    events: allow(limits.events),
  });
  const app = await createApp({
    feed: { register: () => undefined },
    context: {},
    intake,
    notReady: () => undefined,
    registry: new Registry(),
    answers: {},
    signIn: { kind: 'none' },
    trustedProxies: [],
    requestsPerMinute: 1_000,
    log,
  } as unknown as AppOptions);
  apps.push(app);
  const post = async (body: string | Buffer | undefined, headers: object = {}) => {
    const {
      statusCode,
      headers: said,
      ...answer
    } = await app.inject({
      method: 'POST',
      url: '/v1/events',
      headers: { authorization: 'Bearer s', 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { payload: body }),
    });
    return { status: statusCode, headers: said, body: answer.json<Problem & { accepted?: number }>() };
  };
  return { app, fake, intake, post };
};
const list = (...values: unknown[]): string => JSON.stringify(values);
const lines = (...values: unknown[]): string => values.map((each) => `${JSON.stringify(each)}\n`).join('');
const NDJSON = { 'content-type': 'application/x-ndjson' };

describe('POST /v1/events', () => {
  it('accepts an array or lines, gzipped or not, and writes the bytes that came', async () => {
    const { post, fake, intake } = await create();
    const odd = '{ "v":1.0, "id":"o","type":"x.own","room_id":"r", "ts":1800000000000, "__proto__":{"a":"\\u00e4"} }';
    const bodies: [string | Buffer, object][] = [
      [`[${odd}]`, {}],
      [` [ ${odd} ] `, { 'content-type': 'application/json; charset=utf-8' }],
      [`${odd}\n\n`, NDJSON],
      [odd, { 'content-type': 'application/jsonl' }],
      [gzipSync(`[${odd}]`), { 'content-encoding': 'gzip' }],
      [gzipSync(odd), { ...NDJSON, 'content-encoding': 'GZIP' }],
    ];
    for (const [body, headers] of bodies) {
      expect(await post(body, headers)).toMatchObject({ status: 202, body: { accepted: 1 } });
      expect(fake.written.pop()?.map(({ value }) => Buffer.from(value).toString())).toEqual([odd]);
    }
    expect(await post(list(comment('1'), comment('2')))).toMatchObject({ status: 202, body: { accepted: 2 } });
    expect(intake.counts()).toEqual({ events: bodies.length + 2, batches: { 202: bodies.length + 1 } });
  });

  it('is for services with a good token, and says so before it reads the body', async () => {
    const { post, fake, app } = await create();
    for (const role of ['partner', 'host', 'seller', 'operator'])
      expect(await post('not json', { authorization: `Bearer s/${role}` })).toMatchObject({
        status: 403,
        body: { code: 'FORBIDDEN_ROLE' },
      });
    expect(await post('not json', { authorization: 'Bearer bad' })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
      body: { code: 'UNAUTHENTICATED', rule: 'exp: the token has expired' },
    });
    expect((await post('[]', { authorization: '' })).status).toBe(401);
    const queried = await app.inject({ method: 'POST', url: '/v1/events?access_token=s', payload: '[]' });
    expect(queried.statusCode).toBe(400);
    expect(fake.written).toEqual([]);
  });

  it('writes nothing of a batch with one event that is not valid, and names all of those', async () => {
    const { post, fake } = await create();
    const bad = comment('2', { text: 7 });
    const expected = [
      { index: 1, reason: 'bad_field', path: 'text', rule: 'must be a string' },
      { index: 3, reason: 'future', path: 'ts', rule: expect.any(String) },
    ];
    const values = [comment('1'), bad, comment('3'), comment('4', { ts: NOW + 30_001 })];
    for (const answer of [await post(list(...values)), await post(lines(...values), NDJSON)]) {
      expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_EVENT', errors: expected } });
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(answer.body.detail).toContain('event 1 (text: must be a string)');
    }
    const many = await post(lines(...Array(300).fill(bad)), NDJSON);
    expect(many.body.errors).toHaveLength(100);
    expect((await post('[1,,2]')).body.errors?.map(({ reason }) => reason)).toEqual([
      'bad_envelope',
      'empty',
      'bad_envelope',
    ]);
    expect((await post(Buffer.from([0x5b, 0xff, 0x5d]))).body.errors?.[0]?.reason).toBe('bad_utf8');
    expect(fake.written).toEqual([]);
  });

  it('refuses what is no batch by the rule that it breaks', async () => {
    const { post, fake } = await create();
    const cases: [string | Buffer | undefined, object, RegExp][] = [
      ['{}', {}, /^body: must be a JSON array$/],
      ['[', {}, /^body: must be a JSON array that is closed/],
      [`${list(comment())}x`, {}, /^body: must be one JSON array/],
      ['[]', {}, /^body: must hold at least one event/],
      ['\n \n', NDJSON, /^body: must hold at least one event/],
      [undefined, NDJSON, /^body: must hold at least one event/],
      [list(comment()), { 'content-type': 'text/plain' }, /^content-type: must be application\/json or/],
      [list(comment()), { 'content-encoding': 'br' }, /^content-encoding: must be gzip or absent/],
      [gzipSync('[]'), { 'content-encoding': 'gzip, gzip' }, /^content-encoding: /],
      ['[]', { 'content-encoding': 'gzip' }, /^body: must be gzip/],
    ];
    for (const [body, headers, detail] of cases)
      expect(await post(body, headers), String(detail)).toMatchObject({
        status: 400,
        body: { code: 'INVALID_REQUEST', detail: expect.stringMatching(detail) },
      });
    expect(fake.written).toEqual([]);
  });

  it('refuses what is too large, before and after it is inflated', async () => {
    const { post, fake } = await create();
    const text = comment('1', { text: 'x'.repeat(400) });
    const big = lines(...Array(5_000).fill({ ...text, more: 'y'.repeat(600) }));
    expect(big.length).toBeGreaterThan(5 * MiB);
    expect(await post(big, NDJSON)).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } });
    for (const huge of [big, Buffer.alloc(40 * MiB, ' ')])
      expect(await post(gzipSync(huge), { ...NDJSON, 'content-encoding': 'gzip' })).toMatchObject({
        status: 413,
        body: { code: 'PAYLOAD_TOO_LARGE', detail: expect.stringContaining('inflated') },
      });
    expect(await post(lines(...Array(5_001).fill(comment())), NDJSON)).toMatchObject({
      status: 413,
      body: { detail: 'body: at most 5000 events' },
    });
    expect(await post(list(...Array(5_000).fill(comment())))).toMatchObject({ body: { accepted: 5_000 } });
    expect(fake.written.map(({ length }) => length)).toEqual([5_000]);
  });

  it('refuses rooms that are not the service’s, all or nothing', async () => {
    const { post, fake } = await create();
    const errors = [{ index: 0, reason: 'foreign_room', path: 'room_id', rule: 'must be a room' }] as const;
    fake.owned = { kind: 'refused', errors };
    expect(await post(list(comment()))).toMatchObject({ status: 403, body: { code: 'NOT_AUTHORIZED', errors } });
    fake.owned = { kind: 'unknown' };
    expect(await post(list(comment()))).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(fake.written).toEqual([]);
  });

  it('says when to come again where Kafka or the allowance fails', async () => {
    const { post, fake } = await create({ batches: 4, events: 3 });
    fake.writing = async () => 'away';
    expect(await post(list(comment('1'), comment('2')))).toMatchObject({
      status: 503,
      headers: { 'retry-after': '2' },
      body: { code: 'UNAVAILABLE', detail: expect.stringContaining('send the same batch again') },
    });
    fake.writing = async () => 'acknowledged';
    expect(await post(list(comment('1'), comment('2')))).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1' },
      body: { code: 'RATE_LIMITED', detail: 'too many events of this principal' },
    });
    expect(await post(list(comment('1')))).toMatchObject({ status: 202 });
    expect(await post('x')).toMatchObject({ status: 400 });
    expect(await post('x')).toMatchObject({ status: 429, body: { detail: 'too many batches of this principal' } });
    expect(await post(list(comment()), { authorization: 'Bearer another' })).toMatchObject({ status: 202 });
  });

  it('has four batches of one principal in work at once, and sixteen of all', async () => {
    const { post, fake } = await create();
    const ends: (() => void)[] = [];
    fake.writing = () =>
      new Promise((resolve) => {
        ends.push(() => resolve('acknowledged'));
      });
    const open = Array.from({ length: 16 }, (_, n) =>
      post(list(comment()), { authorization: `Bearer s${Math.floor(n / 4)}` }),
    );
    await expect.poll(() => ends.length).toBe(16);
    expect(await post(list(comment()), { authorization: 'Bearer s0' })).toMatchObject({ status: 429 });
    expect(await post(list(comment()), { authorization: 'Bearer s9' })).toMatchObject({ status: 503 });
    for (const end of ends.splice(0)) end();
    expect(new Set((await Promise.all(open)).map(({ status }) => status))).toEqual(new Set([202]));
    const again = post(list(comment()), { authorization: 'Bearer s0' });
    await expect.poll(() => ends.length).toBe(1);
    ends[0]?.();
    expect((await again).status).toBe(202);
  });

  it('gives the place of a client back that goes away before its body is there', async () => {
    const { app, fake } = await create();
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    for (let n = 0; n < 6; n++) {
      const half = httpRequest({
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/v1/events',
        headers: { authorization: 'Bearer s', 'content-type': 'application/json', 'content-length': '1000' },
      });
      half.on('error', () => undefined);
      await new Promise((done) => half.write('[', done));
      await settle();
      half.destroy();
    }
    await expect
      .poll(async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/v1/events`, {
          method: 'POST',
          headers: { authorization: 'Bearer s', 'content-type': 'application/json' },
          body: list(comment()),
        });
        return answer.status;
      })
      .toBe(202);
    expect(fake.written).toHaveLength(1);
  });
});
