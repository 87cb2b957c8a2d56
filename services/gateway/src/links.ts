import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Links that partners hand to sellers: signed pointers to an authorization, which give no right to whoever has them. */
export interface Links {
  /** The path of a request that was made at `at`, ms; undefined once it has run out at `now`, ms. The same for every gateway. */
  path(authorizationId: string, at: number, now: number): string | undefined;
  /** The authorization that a token points to; undefined: it is not ours, or it has run out. */
  read(token: string, now: number): string | undefined;
}

/** How long a link points, ms. */
export const LINK_LIFE_MS = 14 * 86_400_000;
const PURPOSE = 'liveboard request link v1';

/** `secret`: known to the gateways of the stack and to nobody else, used here for nothing but links. Without one there are none. */
export const createLinks = (secret: Buffer | undefined): Links => {
  if (secret === undefined) return { path: () => undefined, read: () => undefined };
  const key = Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, 32));
  const sign = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  return {
    path: (id, at, now) => {
      if (now >= at + LINK_LIFE_MS) return undefined;
      const text = Buffer.from(JSON.stringify([id, at])).toString('base64url');
      return `/grant/${text}.${sign(text).toString('base64url')}`;
    },
    read: (token, now) => {
      const [text = '', signature = '', ...more] = token.split('.');
      const given = Buffer.from(signature, 'base64url');
      const wanted = sign(text);
      if (more.length > 0 || given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
      // Whatever bears our signature was made above.
      const [id, at] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [string, number];
      return now < at + LINK_LIFE_MS ? id : undefined;
    },
  };
};

const SHORTEST_KEY = 32;

/** The secret in a file; undefined where it cannot be read, or is too short to be one. */
export const readLinkKey = (file: string): Buffer | undefined => {
  try {
    const secret = readFileSync(file);
    return secret.length < SHORTEST_KEY ? undefined : secret;
  } catch {
    return undefined;
  }
};
