import { exportJWK } from 'jose';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createKeySet } from '../src/key-set.ts';
import { createVerifier } from '../src/tokens.ts';
import { createKey, ISSUER, NOW, signWith, startIssuer, type TestIssuer, type TestKey } from './issuer.ts';

let first: TestKey;
let second: TestKey;
const started: TestIssuer[] = [];
beforeAll(async () => {
  first = await createKey('EdDSA', 'first');
  second = await createKey('ES256', 'second');
});
afterEach(async () => {
  await Promise.all(started.splice(0).map(({ close }) => close()));
});

/** A verifier behind a real JWKS server. Tokens stand still in time; the keys' clock is `at`. */
const create = async (answerMs?: number) => {
  const server = await startIssuer([first]);
  started.push(server);
  const clock = { at: 0 };
  const keys = createKeySet({
    url: server.url,
    now: () => clock.at,
    ...(answerMs === undefined ? {} : { answerMs }),
  });
  const verify = createVerifier(
    keys,
    ISSUER,
    () => false,
    () => NOW,
  );
  return {
    issuer: server.issuer,
    clock,
    /** `ok`, or the code that refuses a token of this key. */
    ask: async (key: TestKey, header: object = {}): Promise<string> => {
      const answer = await verify(await signWith(key, {}, header));
      return answer.ok ? 'ok' : answer.code;
    },
  };
};

describe('the keys of an issuer', () => {
  it('are fetched once, by whoever comes first, for all who come', async () => {
    const { ask, issuer } = await create();
    expect(issuer.asked).toBe(0);
    expect(await Promise.all([1, 2, 3, 4].map(() => ask(first)))).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(issuer.asked).toBe(1);
  });

  it('may change while the gateway runs: the new one is good at once, the old one until it is withdrawn', async () => {
    const { ask, issuer, clock } = await create();
    expect(await ask(first)).toBe('ok');
    clock.at += 60_000;
    issuer.keys = [first, second];
    expect([await ask(second), await ask(first)]).toEqual(['ok', 'ok']);
    expect(issuer.asked).toBe(2);
    issuer.keys = [second];
    clock.at += 299_000;
    expect(await ask(first)).toBe('ok');
    clock.at += 1_000;
    expect([await ask(first), await ask(second)]).toEqual(['UNAUTHENTICATED', 'ok']);
  });

  it('are not asked for more than once in ten seconds, however many unknown names come', async () => {
    const { ask, issuer, clock } = await create();
    await ask(first);
    for (let n = 0; n < 50; n++) {
      clock.at += 1_000;
      const answers = await Promise.all([0, 1, 2].map((m) => ask(second, { kid: `made-up-${n}-${m}` })));
      expect(new Set(answers)).toEqual(new Set(['UNAUTHENTICATED']));
    }
    expect(issuer.asked).toBe(1 + 5);
    // Good tokens pass all the while.
    expect(await ask(first)).toBe('ok');
  });

  it('that never came make it say that it cannot tell, with one question in ten seconds', async () => {
    const { ask, issuer, clock } = await create();
    issuer.says = { status: 500, body: '' };
    expect(await Promise.all([1, 2, 3].map(() => ask(first)))).toEqual(Array(3).fill('UNAVAILABLE'));
    expect(await ask(first)).toBe('UNAVAILABLE');
    expect(issuer.asked).toBe(1);
    issuer.says = undefined;
    clock.at += 10_000;
    expect(await ask(first)).toBe('ok');
  });

  it('hold for the life of a token while the issuer is away; a name that is not known is then not judged', async () => {
    const { ask, issuer, clock } = await create();
    await ask(first);
    issuer.says = { status: 503, body: '' };
    clock.at = 1_199_000;
    expect(await ask(first)).toBe('ok');
    expect(await ask(second)).toBe('UNAVAILABLE');
    clock.at = 1_200_000;
    expect(await ask(first)).toBe('UNAVAILABLE');
    issuer.says = undefined;
    clock.at = 1_210_000;
    expect(await ask(first)).toBe('ok');
  });

  it('that cannot be used refuse their own tokens alone, and none that should be secret is used', async () => {
    const { ask, issuer } = await create();
    const secret = { ...(await exportJWK(second.privateKey)), kid: 'second', alg: 'ES256' };
    const broken = { ...second.open, kid: 'broken', x: 'AA' };
    issuer.says = { status: 200, body: JSON.stringify({ keys: [secret, broken, first.open, first.open, 7, null] }) };
    expect(await ask(second)).toBe('UNAVAILABLE');
    issuer.says = { status: 200, body: JSON.stringify({ keys: [secret, broken, first.open] }) };
    const other = await create();
    other.issuer.says = issuer.says;
    expect(await other.ask(second)).toBe('UNAVAILABLE');
    expect(await other.ask(second, { kid: 'broken' })).toBe('UNAVAILABLE');
    expect(await other.ask(first)).toBe('ok');
    const twice = await create();
    twice.issuer.says = { status: 200, body: JSON.stringify({ keys: [first.open, first.open] }) };
    expect(await twice.ask(first)).toBe('UNAUTHENTICATED');
  });

  it('are not taken from an answer that is none, from a redirect, or from one that does not end', async () => {
    for (const says of [
      { status: 200, body: 'not json' },
      { status: 200, body: '{"keys":7}' },
      { status: 200, body: '[]' },
      { status: 302, body: '' },
      { status: 404, body: JSON.stringify({ keys: [first.open] }) },
    ]) {
      const { ask, issuer } = await create();
      issuer.says = says;
      expect(await ask(first), JSON.stringify(says)).toBe('UNAVAILABLE');
      expect(issuer.asked).toBe(1);
    }
    const { ask, issuer } = await create(50);
    issuer.hangs = true;
    expect(await ask(first)).toBe('UNAVAILABLE');
  });
});
