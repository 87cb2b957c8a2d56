import { createDirectory, type DirectoryRecord, type Principal } from '@liveboard/access';
import type { AuthorizationView, GrantView, Problem } from '@liveboard/contracts';
import { authorization, authorizationList, grantView } from '@liveboard/contracts/schemas';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import type { Written } from '../src/directory/store.ts';
import { createLinks, LINK_LIFE_MS } from '../src/links.ts';
import { Refusal, sendProblem } from '../src/problem.ts';
import { registerAuthorizations } from '../src/rest/authorizations.ts';
import type { Verified } from '../src/tokens.ts';

const DAY = 86_400_000;
const NOW = 1_000 * DAY;
const about = (account_id: string, partner_id = 'p') => ({ partner_id, account_id });
const record = (kind: string, id: string, body: object, rev = 1) =>
  ({ v: 1, kind, id, rev, by: 'test', body }) as DirectoryRecord;
const contract = (id: string, account_id: string, partner_id = 'p', from = 0) =>
  record('contract', id, { ...about(account_id, partner_id), level: 'account', services: ['live_management'], from });

const WHO: Readonly<Record<string, Principal>> = {
  partner: { sub: 'mira', role: 'partner', partner_id: 'p' },
  rival: { sub: 'aoi', role: 'partner', partner_id: 'q' },
  main: { sub: 'boss', role: 'seller', account_ids: ['a', 'b'], shop_ids: ['s'], main: true },
  clerk: { sub: 'desk', role: 'seller', account_ids: ['a', 'b'] },
  stranger: { sub: 'other', role: 'seller', account_ids: ['z'], main: true },
  host: { sub: 'ayu', role: 'host', account_ids: ['a'] },
  operator: { sub: 'ops', role: 'operator', account_ids: ['*'] },
  service: { sub: 'intake', role: 'service', account_ids: ['*'] },
};

const create = () => {
  const directory = createDirectory([
    record('partner', 'p', { name: 'Northlight' }),
    record('account', 'a', { handle: '@a', name: 'Account A' }),
    contract('old', 'a'),
    contract('new', 'a', 'p', 5),
    contract('b', 'b'),
    contract('q', 'a', 'q'),
  ]);
  const state = { now: NOW, before: [] as DirectoryRecord[], fails: false, twice: false };
  const app = fastify({ routerOptions: { maxParamLength: 600 } });
  app.setErrorHandler((error: Error & { statusCode?: number }, _, reply) =>
    error instanceof Refusal
      ? sendProblem(reply, error.code, error.message, error.more)
      : reply.code(error.statusCode ?? 500).send(error.message),
  );
  registerAuthorizations(app, {
    directory,
    authenticate: async ({ headers }) => WHO[headers.authorization ?? ''] as Verified,
    links: createLinks(Buffer.alloc(32, 1)),
    now: () => state.now,
    write: async (records) => {
      if (state.fails) throw new Error('away');
      for (const each of state.before.splice(0)) directory.apply(each, state.now);
      if (state.twice) for (const each of records) directory.apply(each, state.now);
      return records.map(
        (each): Written => (directory.apply(each, state.now).kind === 'applied' ? 'written' : 'conflict'),
      );
    },
  });
  const ask = async <T = Problem & AuthorizationView>(
    who: string,
    method: 'GET' | 'POST',
    url: string,
    payload?: object,
  ) => {
    const answer = await app.inject({
      method,
      url,
      headers: { authorization: who },
      ...(payload === undefined ? {} : { payload }),
    });
    return { status: answer.statusCode, body: answer.json() as T };
  };
  const path = (id: string, step: string): string => `/v1/authorizations/${encodeURIComponent(id)}/${step}`;
  return {
    directory,
    state,
    ask,
    request: (who = 'partner', body: object = { account_id: 'a' }) => ask(who, 'POST', '/v1/authorizations', body),
    step: (who: string, step: string, body?: object, id = 'p~a') => ask(who, 'POST', path(id, step), body),
    list: async (who: string, query = '') =>
      (await ask<{ items: AuthorizationView[]; next_cursor?: string }>(who, 'GET', `/v1/authorizations${query}`)).body,
  };
};

describe('the life of an authorization over REST', () => {
  it('goes from the partner’s request to the seller’s answer, its edit and its end', async () => {
    const { request, step, state } = create();
    const asked = await request();
    expect(asked).toMatchObject({
      status: 201,
      body: {
        id: 'p~a',
        partner_id: 'p',
        account_id: 'a',
        state: 'requested',
        scopes: ['live', 'history', 'comments', 'guidance'],
        at: NOW,
        by: 'mira',
        grant_path: expect.stringMatching(/^\/grant\/[\w.-]+$/),
        steps: ['request', 'withdraw'],
      },
    });
    state.now += 1;
    expect(await step('main', 'grant', { scopes: ['live'], expires_at: NOW + 10 })).toMatchObject({
      status: 200,
      body: {
        state: 'granted',
        scopes: ['live'],
        expires_at: NOW + 10,
        at: NOW + 1,
        by: 'boss',
        steps: ['grant', 'revoke'],
      },
    });
    const edited = await step('main', 'grant', { scopes: ['live', 'history'] });
    expect(edited).toMatchObject({ status: 200, body: { scopes: ['live', 'history'], expires_at: NOW + 10 } });
    expect(edited.body).not.toHaveProperty('grant_path');
    expect(await step('main', 'revoke')).toMatchObject({ status: 200, body: { state: 'revoked', steps: [] } });
    expect(await step('main', 'grant')).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT', rule: expect.any(String) },
    });
    expect(await request()).toMatchObject({ status: 201 });
    expect(await step('main', 'decline')).toMatchObject({ body: { state: 'declined' } });
    expect(await request()).toMatchObject({ status: 201 });
    expect(await step('partner', 'withdraw', {})).toMatchObject({ body: { state: 'withdrawn' } });
  });

  it('is in the hands of the main account and the partner alone', async () => {
    const { request, step, directory } = create();
    await request();
    const before = directory.revision;
    const expected: Readonly<Record<string, readonly [number, number]>> = {
      // What a seller's step is answered with, and what a partner's is.
      partner: [403, 200],
      rival: [403, 404],
      main: [200, 403],
      clerk: [403, 403],
      stranger: [404, 403],
      host: [403, 403],
      operator: [403, 403],
      service: [403, 403],
    };
    for (const [who, [seller, partner]] of Object.entries(expected)) {
      if (seller !== 200)
        for (const each of ['grant', 'decline', 'revoke'])
          expect((await step(who, each)).status, `${who} ${each}`).toBe(seller);
      if (partner !== 200) expect((await step(who, 'withdraw')).status, `${who} withdraw`).toBe(partner);
      if (who !== 'partner' && who !== 'rival') expect((await request(who)).status, `${who} request`).toBe(403);
    }
    expect(directory.revision).toBe(before);
    expect((await step('clerk', 'grant')).body.code).toBe('FORBIDDEN_ROLE');
    const foreign = await step('stranger', 'grant');
    expect(foreign).toEqual(await step('stranger', 'grant', undefined, 'p~nowhere'));
    expect(foreign.body.code).toBe('AUTHORIZATION_NOT_FOUND');
    expect(await step('main', 'grant')).toMatchObject({ status: 200 });
  });

  it('is refused where body or query are not as they must be', async () => {
    const { request, step, ask } = create();
    await request();
    for (const bad of [
      {},
      { account_id: 'a', shop_id: 's' },
      { account_id: 'a', scopes: [] },
      { account_id: 'a', scopes: ['all'] },
    ])
      expect(await request('partner', bad), JSON.stringify(bad)).toMatchObject({
        status: 400,
        body: { code: 'INVALID_REQUEST' },
      });
    for (const bad of [{ scopes: ['live'], surprise: 1 }, { expires_at: NOW }, { expires_at: 'soon' }])
      expect(await step('main', 'grant', bad), JSON.stringify(bad)).toMatchObject({ status: 400 });
    expect(await step('main', 'revoke', { scopes: ['live'] })).toMatchObject({ status: 400 });
    expect(await step('main', 'seize')).toMatchObject({ status: 404 });
    expect(await request('partner', { account_id: 'nobodys' })).toMatchObject({
      status: 403,
      body: { code: 'NO_CONTRACT' },
    });
    for (const [query, code] of [
      ['?state=open', 'INVALID_REQUEST'],
      ['?limit=101', 'INVALID_REQUEST'],
      ['?cursor=x', 'INVALID_CURSOR'],
    ])
      expect(await ask('partner', 'GET', `/v1/authorizations${query}`)).toMatchObject({ status: 400, body: { code } });
  });

  it('is a conflict where somebody else was first, and not where the record was sent twice', async () => {
    const { request, step, state, directory } = create();
    await request();
    state.before = [record('authorization', 'p~a', { ...about('a'), state: 'declined', scopes: [] }, 2)];
    expect(await step('main', 'grant')).toMatchObject({ status: 409, body: { code: 'CONFLICT', rule: 'not_next' } });
    expect(directory.get('authorization', 'p~a')?.state).toBe('declined');
    state.twice = true;
    expect(await request()).toMatchObject({ status: 201, body: { state: 'requested' } });
    state.fails = true;
    expect(await step('main', 'grant')).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
  });
});

it('answers as the document of REST says, and nothing more', async () => {
  const { request, ask, list } = create();
  const { body } = await request();
  expect(authorization.parse(body)).toEqual(body);
  const listed = await list('operator');
  expect(authorizationList.parse(listed)).toEqual(listed);
  const shown = await ask('main', 'GET', `/v1/grants/${body.grant_path?.slice('/grant/'.length)}`);
  expect(grantView.parse(shown.body)).toEqual(shown.body);
});

describe('the list', () => {
  it('has each role’s own, the newest step first, filtered and in pages', async () => {
    const { request, step, list, state, ask } = create();
    await request();
    state.now += 1;
    await request('partner', { account_id: 'b' });
    await request('rival');
    state.now += 1;
    await step('main', 'grant', { expires_at: NOW + 100 });
    const ids = async (who: string, query = '') => (await list(who, query)).items.map(({ id }) => id);
    expect(await ids('partner')).toEqual(['p~a', 'p~b']);
    expect(await ids('rival')).toEqual(['q~a']);
    for (const who of ['main', 'clerk', 'operator']) expect(await ids(who), who).toEqual(['p~a', 'p~b', 'q~a']);
    expect(await ids('stranger')).toEqual([]);
    for (const who of ['host', 'service'])
      expect(await ask(who, 'GET', '/v1/authorizations')).toMatchObject({
        status: 403,
        body: { code: 'FORBIDDEN_ROLE' },
      });
    expect(await ids('main', '?state=requested')).toEqual(['p~b', 'q~a']);
    expect(await ids('main', '?account_id=a')).toEqual(['p~a', 'q~a']);
    expect(await ids('main', '?shop_id=a')).toEqual([]);
    state.now = NOW + 100;
    expect(await ids('main', '?state=expired')).toEqual(['p~a']);
    const seen: string[] = [];
    let query = '?limit=1';
    do {
      const { items, next_cursor } = await list('operator', query);
      seen.push(...items.map(({ id }) => id));
      query = next_cursor === undefined ? '' : `?limit=1&cursor=${encodeURIComponent(next_cursor)}`;
    } while (query !== '');
    expect(seen).toEqual(['p~a', 'p~b', 'q~a']);
  });
});

describe('a request’s link', () => {
  const open = async (who: string, path: string | undefined, of: ReturnType<typeof create>) =>
    of.ask<GrantView & Problem>(who, 'GET', `/v1/grants/${path?.slice('/grant/'.length)}`);

  it('shows who asks for what, to its seller also under which contract, and grants nothing', async () => {
    const made = create();
    const { grant_path } = (await made.request()).body;
    const shown = {
      id: 'p~a',
      partner: { id: 'p', name: 'Northlight' },
      subject: { account_id: 'a', name: 'Account A' },
      scopes: ['live', 'history', 'comments', 'guidance'],
      state: 'requested',
    };
    const contract = { id: 'new', level: 'account', services: ['live_management'], from: 5 };
    expect(await open('main', grant_path, made)).toEqual({
      status: 200,
      body: { ...shown, contract, steps: ['grant', 'decline'] },
    });
    expect(await open('clerk', grant_path, made)).toEqual({ status: 200, body: { ...shown, contract, steps: [] } });
    expect(await open('stranger', grant_path, made)).toEqual({ status: 200, body: { ...shown, steps: [] } });
    for (const who of ['partner', 'rival', 'host'])
      expect(await open(who, grant_path, made)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN_ROLE' } });
    expect(made.directory.get('authorization', 'p~a')?.state).toBe('requested');
    await made.step('partner', 'withdraw');
    expect(await open('main', grant_path, made)).toMatchObject({ body: { state: 'withdrawn', steps: [] } });
  });

  it('points for fourteen days, is signed, and is the same wherever it is asked for', async () => {
    const made = create();
    const { grant_path = '' } = (await made.request()).body;
    made.state.now = NOW + LINK_LIFE_MS - 1;
    expect((await made.list('partner')).items[0]?.grant_path).toBe(grant_path);
    expect((await open('main', grant_path, made)).status).toBe(200);
    const [text, signature] = grant_path.slice('/grant/'.length).split('.');
    const other = createLinks(Buffer.alloc(32, 2)).path('p~a', NOW, NOW);
    const forged = `/grant/${Buffer.from(JSON.stringify(['p~b', NOW])).toString('base64url')}.${signature}`;
    for (const bad of [other, forged, `/grant/${text}`, '/grant/x.y', `${grant_path}.z`, `${grant_path.slice(0, -4)}`])
      expect(await open('main', bad, made), bad).toMatchObject({
        status: 404,
        body: { code: 'AUTHORIZATION_NOT_FOUND' },
      });
    made.state.now++;
    expect((await made.list('partner')).items[0]).not.toHaveProperty('grant_path');
    expect((await open('main', grant_path, made)).status).toBe(404);
  });
});
