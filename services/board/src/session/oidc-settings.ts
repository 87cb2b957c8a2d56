import type { SignIn } from '@liveboard/contracts';

type Told = Extract<SignIn, { kind: 'oidc' }>;

/** Where the issuer sends people back to; both must be registered with it. */
export const PATHS = { callback: '/signin/callback', signedOut: '/signed-out' } as const;

/** An issuer that takes longer does not answer. */
const REQUEST_S = 10;

/** What the library is told for a page at `origin`, but for where it keeps things. */
export const oidcSettings = (told: Told, origin: string) => ({
  authority: told.issuer,
  client_id: told.client_id,
  redirect_uri: origin + PATHS.callback,
  post_logout_redirect_uri: origin + PATHS.signedOut,
  response_type: 'code',
  scope: told.scope,
  ...(told.audience === undefined ? {} : { extraQueryParams: { audience: told.audience } }),
  // The library sends it to the authorization endpoint; an issuer may want it at the token endpoint too.
  ...(told.resource === undefined ? {} : { resource: told.resource, extraTokenParams: { resource: told.resource } }),
  requestTimeoutInSeconds: REQUEST_S,
  // Feed and REST ask for the next token when they need it; frames of the issuer are not allowed on the page.
  automaticSilentRenew: false,
  monitorSession: false,
  loadUserInfo: false,
});

/** Why an ID token is not for us; undefined where it is. Its origin is proven by TLS, its nonce by the library. */
export const idTokenFault = (
  claims: { readonly iss?: string; readonly aud?: string | string[] },
  { issuer, client_id }: Told,
): string | undefined => {
  if (claims.iss !== issuer) return `iss: is ${claims.iss}, must be ${issuer}`;
  const audience = typeof claims.aud === 'string' ? [claims.aud] : (claims.aud ?? []);
  return audience.includes(client_id) ? undefined : `aud: must hold ${client_id}`;
};
