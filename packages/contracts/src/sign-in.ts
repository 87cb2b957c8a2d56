/** How people sign in to the board, as `GET /v1/sign-in` tells its page. Nothing of it is secret. */
export type SignIn =
  /** Demo accounts of a developer's machine. */
  | { readonly kind: 'dev' }
  /** OpenID Connect: authorization code with PKCE, for a public client. */
  | {
      readonly kind: 'oidc';
      /** As its tokens and its discovery document spell it. */
      readonly issuer: string;
      readonly client_id: string;
      /** Separated by spaces, `openid` among them. */
      readonly scope: string;
      /** Sent as `audience`, to issuers that choose an access token's audience by it. */
      readonly audience?: string;
      /** Sent as `resource` (RFC 8707), to issuers that choose it by that. */
      readonly resource?: string;
    }
  /** This gateway takes tokens, but no person can get one through the page. */
  | { readonly kind: 'none' };
