import { readConfig } from '@liveboard/runtime';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../src/config.ts';
import { registerSignIn } from '../src/rest/sign-in.ts';
import { chooseSignIn, pagePolicy } from '../src/sign-in.ts';

const NEEDED = { KAFKA_BROKERS: 'k:9092', REDIS_URL: 'redis://r:6379', LIVEBOARD_ORIGINS: 'https://board.example' };
const choose = (env: Readonly<Record<string, string>>) => chooseSignIn(readConfig(SETTINGS, { ...NEEDED, ...env }));
const ISSUER = { LIVEBOARD_OIDC_ISSUER: 'https://login.example/realms/live' };
const CLIENT = { LIVEBOARD_OIDC_CLIENT_ID: 'live-board' };

describe('what the board is told about signing in', () => {
  it('is the demo accounts in development, nobody where nothing is set, else the issuer', () => {
    expect(choose({ LIVEBOARD_DEV_ISSUER: '1' })).toEqual({ ok: true, told: { kind: 'dev' } });
    expect(choose({})).toEqual({ ok: true, told: { kind: 'none' } });
    const told = {
      kind: 'oidc',
      issuer: 'https://login.example/realms/live',
      client_id: 'live-board',
      scope: 'openid profile',
    };
    expect(choose({ ...ISSUER, ...CLIENT })).toEqual({ ok: true, told });
    const more = {
      LIVEBOARD_OIDC_SCOPE: 'openid offline_access',
      LIVEBOARD_OIDC_AUDIENCE: 'liveboard',
      LIVEBOARD_OIDC_RESOURCE: 'urn:liveboard',
    };
    expect(choose({ ...ISSUER, ...CLIENT, ...more })).toEqual({
      ok: true,
      told: { ...told, scope: 'openid offline_access', audience: 'liveboard', resource: 'urn:liveboard' },
    });
  });

  it('is refused where settings are half there or fight each other', () => {
    expect(choose(ISSUER)).toMatchObject({ ok: false, why: expect.stringContaining('LIVEBOARD_OIDC_CLIENT_ID') });
    expect(choose(CLIENT)).toMatchObject({ ok: false, why: expect.stringContaining('LIVEBOARD_OIDC_ISSUER') });
    expect(choose({ ...ISSUER, ...CLIENT, LIVEBOARD_DEV_ISSUER: '1' })).toMatchObject({ ok: false });
  });

  it('takes an issuer without TLS on this machine alone, and asks for openid', () => {
    const takes = (issuer: string): boolean => {
      try {
        return choose({ LIVEBOARD_OIDC_ISSUER: issuer, ...CLIENT }).ok;
      } catch {
        return false;
      }
    };
    for (const issuer of ['https://a.example', 'http://127.0.0.1:9000', 'http://localhost/x'])
      expect(takes(issuer), issuer).toBe(true);
    for (const issuer of ['http://a.example', 'http://localhost.example', 'a.example', "https://a b; script-src 'x'"])
      expect(takes(issuer), issuer).toBe(false);
    expect(() => choose({ ...ISSUER, ...CLIENT, LIVEBOARD_OIDC_SCOPE: 'profile' })).toThrow('LIVEBOARD_OIDC_SCOPE');
  });

  it('is answered to anybody', async () => {
    const app = fastify({ logger: false });
    registerSignIn(app, { kind: 'dev' });
    const answer = await app.inject('/v1/sign-in');
    expect(answer.json()).toEqual({ kind: 'dev' });
    expect(answer.headers['cache-control']).toBe('no-store');
    await app.close();
  });
});

describe('the page’s policy', () => {
  it('lets the page talk to its issuer’s origin and to no other', () => {
    const told = {
      kind: 'oidc',
      issuer: 'https://login.example/realms/live',
      client_id: 'b',
      scope: 'openid',
    } as const;
    const policy = pagePolicy(told).split('; ');
    expect(policy).toContain("connect-src 'self' https://login.example");
    expect(policy.filter((each) => each.includes('login.example'))).toHaveLength(1);
    expect(policy).toContain("default-src 'self'");
    expect(pagePolicy({ kind: 'dev' })).not.toContain('connect-src');
  });
});
