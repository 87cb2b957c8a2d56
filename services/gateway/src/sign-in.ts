import type { SignIn } from '@liveboard/contracts';

/** Those of the gateway's settings that say how people sign in. */
interface SignInSettings {
  readonly LIVEBOARD_DEV_ISSUER: '0' | '1';
  readonly LIVEBOARD_OIDC_ISSUER?: string | undefined;
  readonly LIVEBOARD_OIDC_CLIENT_ID?: string | undefined;
  readonly LIVEBOARD_OIDC_SCOPE: string;
  readonly LIVEBOARD_OIDC_AUDIENCE?: string | undefined;
  readonly LIVEBOARD_OIDC_RESOURCE?: string | undefined;
}

type Choice = { readonly ok: true; readonly told: SignIn } | { readonly ok: false; readonly why: string };

/** What the board is told about signing in, or why these settings make no sense together. */
export const chooseSignIn = (settings: SignInSettings): Choice => {
  const {
    LIVEBOARD_OIDC_ISSUER: issuer,
    LIVEBOARD_OIDC_CLIENT_ID: client_id,
    LIVEBOARD_OIDC_SCOPE: scope,
    LIVEBOARD_OIDC_AUDIENCE: audience,
    LIVEBOARD_OIDC_RESOURCE: resource,
  } = settings;
  // Half of it would silently be the other way to sign in, or none.
  if (issuer === undefined) {
    if (client_id !== undefined)
      return { ok: false, why: 'LIVEBOARD_OIDC_ISSUER: must be set where LIVEBOARD_OIDC_CLIENT_ID is' };
    return { ok: true, told: { kind: settings.LIVEBOARD_DEV_ISSUER === '1' ? 'dev' : 'none' } };
  }
  if (client_id === undefined)
    return { ok: false, why: 'LIVEBOARD_OIDC_CLIENT_ID: must be set where LIVEBOARD_OIDC_ISSUER is' };
  if (settings.LIVEBOARD_DEV_ISSUER === '1')
    return { ok: false, why: 'LIVEBOARD_OIDC_ISSUER: cannot be used where LIVEBOARD_DEV_ISSUER is 1' };
  const told = {
    kind: 'oidc',
    issuer,
    client_id,
    scope,
    ...(audience === undefined ? {} : { audience }),
    ...(resource === undefined ? {} : { resource }),
  } as const;
  return { ok: true, told };
};

/** The page's Content-Security-Policy: of all other origins, it may talk to its issuer's alone. */
export const pagePolicy = (signIn: SignIn): string =>
  [
    "default-src 'self'",
    ...(signIn.kind === 'oidc' ? [`connect-src 'self' ${new URL(signIn.issuer).origin}`] : []),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' https: data:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ');
