import { describe, expect, it } from 'vitest';
import { failureOf, isFinal, wordsOf } from '../src/session/failure.ts';
import { createKeeper, type Grant } from '../src/session/keeper.ts';
import { idTokenFault, oidcSettings } from '../src/session/oidc-settings.ts';

const TOLD = { kind: 'oidc', issuer: 'https://login.example/live', client_id: 'board', scope: 'openid' } as const;

describe('what the library is told', () => {
  it('is code flow for a page that has no secret, and nothing that runs by itself', () => {
    const settings = oidcSettings(TOLD, 'https://board.example');
    expect(settings).toMatchObject({
      authority: TOLD.issuer,
      redirect_uri: 'https://board.example/signin/callback',
      post_logout_redirect_uri: 'https://board.example/signed-out',
      response_type: 'code',
      automaticSilentRenew: false,
    });
    expect(settings).not.toHaveProperty('resource');
    expect(settings).not.toHaveProperty('extraQueryParams');
  });

  it('names audience and resource as issuers differ about them', () => {
    const settings = oidcSettings({ ...TOLD, audience: 'liveboard', resource: 'urn:liveboard' }, '');
    expect(settings.extraQueryParams).toEqual({ audience: 'liveboard' });
    expect(settings.resource).toBe('urn:liveboard');
    expect(settings.extraTokenParams).toEqual({ resource: 'urn:liveboard' });
  });
});

describe('an ID token', () => {
  it('is for us where issuer and audience say so', () => {
    expect(idTokenFault({ iss: TOLD.issuer, aud: 'board' }, TOLD)).toBeUndefined();
    expect(idTokenFault({ iss: TOLD.issuer, aud: ['other', 'board'] }, TOLD)).toBeUndefined();
    expect(idTokenFault({ iss: `${TOLD.issuer}/`, aud: 'board' }, TOLD)).toContain('iss');
    expect(idTokenFault({ iss: TOLD.issuer, aud: 'other' }, TOLD)).toContain('aud');
    expect(idTokenFault({ iss: TOLD.issuer }, TOLD)).toContain('aud');
  });
});

/** As the library's error of that name. */
const answer = (code: string): Error => Object.assign(new Error('why'), { name: 'ErrorResponse', error: code });

describe('a failed sign-in', () => {
  it('is told apart by what the person can do', () => {
    const kinds = (errors: readonly unknown[]): string[] => errors.map((error) => failureOf(error).kind);
    expect(kinds([answer('access_denied'), answer('invalid_scope'), answer('server_error')])).toEqual([
      'declined',
      'unclear',
      'away',
    ]);
    expect(
      kinds([
        new Error('No matching state found in storage'),
        new Error('nonce in id_token does not match nonce in client storage'),
      ]),
    ).toEqual(['foreign', 'foreign']);
    expect(kinds([new TypeError('Failed to fetch'), Object.assign(new Error('x'), { name: 'ErrorTimeout' })])).toEqual([
      'away',
      'away',
    ]);
    expect(kinds([new Error('Not Found (404)'), 'x'])).toEqual(['unclear', 'unclear']);
    expect(failureOf(answer('access_denied')).detail).toBe('access_denied: why');
    expect(wordsOf(failureOf(answer('access_denied'))).title).toContain('said no');
  });

  it('is the last word only where the issuer spoke it', () => {
    expect([answer('invalid_grant'), answer('login_required')].map(isFinal)).toEqual([true, true]);
    expect([answer('temporarily_unavailable'), new TypeError('Failed to fetch')].map(isFinal)).toEqual([false, false]);
  });
});

describe('the keeper of a token', () => {
  const grant = (name: string, expires_at: number, canRenew = true): Grant => ({
    token: { token: name, expires_at },
    canRenew,
  });
  const start = (first: Grant) => {
    const clock = { now: 0 };
    const asked: { resolve(grant: Grant | undefined): void; reject(error: Error): void }[] = [];
    const renew = (): Promise<Grant | undefined> =>
      new Promise((resolve, reject) => {
        asked.push({ resolve, reject });
      });
    const keep = createKeeper(first, renew, () => clock.now);
    const name = async (fresh: boolean): Promise<string | undefined> => (await keep(fresh))?.token;
    return { clock, asked, name };
  };

  it('gives the token it has until shortly before its end, or until a fresh one is wanted', async () => {
    const { clock, asked, name } = start(grant('a', 60_000));
    expect(await name(false)).toBe('a');
    clock.now = 44_000;
    expect(await name(false)).toBe('a');
    expect(asked).toHaveLength(0);
    clock.now = 45_000;
    const next = name(false);
    asked[0]?.resolve(grant('b', 105_000));
    expect(await next).toBe('b');
    const fresh = name(true);
    asked[1]?.resolve(grant('c', 105_000));
    expect(await fresh).toBe('c');
  });

  it('asks once for all who want one at once, since a refresh token may count only once', async () => {
    const { asked, name } = start(grant('a', 60_000));
    const both = Promise.all([name(true), name(true)]);
    expect(asked).toHaveLength(1);
    asked[0]?.resolve(grant('b', 120_000));
    expect(await both).toEqual(['b', 'b']);
  });

  it('goes on with what it has while the issuer is away', async () => {
    const { clock, asked, name } = start(grant('a', 60_000));
    clock.now = 50_000;
    const held = name(false);
    asked[0]?.reject(new TypeError('Failed to fetch'));
    expect(await held).toBe('a');
    const fresh = name(true);
    asked[1]?.reject(new TypeError('Failed to fetch'));
    await expect(fresh).rejects.toThrow('Failed to fetch');
    clock.now = 60_000;
    const late = name(false);
    asked[2]?.reject(new TypeError('Failed to fetch'));
    await expect(late).rejects.toThrow('Failed to fetch');
  });

  it('is done for good at the issuer’s last word', async () => {
    const { asked, name } = start(grant('a', 60_000));
    const next = name(true);
    asked[0]?.resolve(undefined);
    expect(await next).toBeUndefined();
    expect(await name(false)).toBeUndefined();
    expect(asked).toHaveLength(1);
  });

  it('uses a token to its end where no other can be had', async () => {
    const { clock, asked, name } = start(grant('a', 60_000, false));
    expect(await name(true)).toBe('a');
    clock.now = 59_999;
    expect(await name(false)).toBe('a');
    clock.now = 60_000;
    expect(await name(false)).toBeUndefined();
    expect(asked).toHaveLength(0);
  });
});
