/** Where the keys come from that tokens are checked with. */
export type Signing =
  | { readonly kind: 'dev' }
  | { readonly kind: 'issuer'; readonly url: URL }
  | { readonly kind: 'refused'; readonly why: string };

interface SigningSettings {
  readonly LIVEBOARD_HOST: string;
  readonly LIVEBOARD_JWKS_URL?: string | undefined;
  readonly LIVEBOARD_DEV_ISSUER: '0' | '1';
}

const isLoopback = (host: string): boolean => /^(?:127(?:\.\d{1,3}){3}|localhost|::1|\[::1\])$/i.test(host);

/**
 * Decides whose tokens are trusted. The development issuer signs for whoever asks, so it is for a gateway that only this
 * machine can reach; keys that come over the network in clear could be anybody's.
 */
export const chooseSigning = (settings: SigningSettings): Signing => {
  const { LIVEBOARD_HOST: host, LIVEBOARD_JWKS_URL: address, LIVEBOARD_DEV_ISSUER: dev } = settings;
  const refuse = (why: string): Signing => ({ kind: 'refused', why });
  if (dev === '1') {
    if (address !== undefined) return refuse('LIVEBOARD_DEV_ISSUER: must not be 1 where LIVEBOARD_JWKS_URL is set');
    if (!isLoopback(host))
      return refuse('LIVEBOARD_DEV_ISSUER: must not be 1 where LIVEBOARD_HOST is not the loopback');
    return { kind: 'dev' };
  }
  if (address === undefined) return refuse('LIVEBOARD_JWKS_URL: must be set where LIVEBOARD_DEV_ISSUER is not 1');
  const url = new URL(address);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    return refuse('LIVEBOARD_JWKS_URL: must begin with https://, or with http:// on the loopback');
  return { kind: 'issuer', url };
};
