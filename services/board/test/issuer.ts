import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';

export const CLIENT = 'live-board';
/** By it, this issuer knows for whom an access token is. */
export const RESOURCE = 'urn:liveboard';
/** Of access tokens, s: short enough for a test to see one end. */
export const LIFE_S = 25;

interface Account {
  /** Our claim; none: somebody whom LIVE Board does not know. */
  readonly lb?: object;
}

/** An OpenID provider in the test's own process: its pages, its keys, its tokens. */
export interface Issuer {
  readonly url: string;
  /** How often refresh tokens were exchanged. */
  readonly renewals: () => number;
  /** Lets people of the board at that origin sign in, and come back to it. */
  admit(board: string): Promise<void>;
  /** Whether anybody who asks for another token is refused for good. */
  refuse(refused: boolean): void;
  stop(): Promise<void>;
}

/** Whoever is in `accounts` signs in by name, with any password. */
export const startIssuer = async (accounts: Readonly<Record<string, Account>>): Promise<Issuer> => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  let renewals = 0;
  let refused = false;
  const admit = async (board: string): Promise<void> => {
    const provider = new Provider(url, {
      jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'test', alg: 'RS256', use: 'sig' }] },
      cookies: { keys: ['test'] },
      clients: [
        {
          client_id: CLIENT,
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token'],
          redirect_uris: [`${board}/signin/callback`],
          post_logout_redirect_uris: [`${board}/signed-out`],
        },
      ],
      clientBasedCORS: (_, origin) => origin === board,
      pkce: { required: () => true },
      scopes: ['openid', 'profile'],
      issueRefreshToken: async () => true,
      rotateRefreshToken: true,
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
      extraTokenClaims: (_, token) => {
        const account = 'accountId' in token ? accounts[token.accountId as string] : undefined;
        return account?.lb === undefined ? undefined : { lb: account.lb };
      },
      ttl: {
        AccessToken: LIFE_S,
        IdToken: LIFE_S,
        RefreshToken: 3_600,
        Session: 3_600,
        Grant: 3_600,
        Interaction: 600,
      },
      features: {
        devInteractions: { enabled: true },
        revocation: { enabled: true },
        rpInitiatedLogout: { enabled: true },
        resourceIndicators: {
          enabled: true,
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({
            audience: 'liveboard',
            scope: '',
            accessTokenFormat: 'jwt',
            accessTokenTTL: LIFE_S,
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
    });
    provider.use(async (ctx, next) => {
      if (refused && ctx.path === '/token') {
        ctx.set('access-control-allow-origin', board);
        ctx.status = 400;
        ctx.body = { error: 'invalid_grant' };
        return;
      }
      await next();
    });
    provider.on('grant.success', (ctx) => {
      if (ctx.oidc.params?.grant_type === 'refresh_token') renewals++;
    });
    server.on('request', provider.callback());
  };
  return {
    url,
    renewals: () => renewals,
    admit,
    refuse: (next) => {
      refused = next;
    },
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};
