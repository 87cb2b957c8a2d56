import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

export type Inflated =
  | { readonly kind: 'ok'; readonly bytes: Uint8Array }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'broken' };

const unzip = promisify(gunzip);

/**
 * A body as it was before gzip, off the event loop. Stops as soon as it would be longer than `maxBytes`: a small body that
 * would be huge costs no more than that.
 */
export const inflate = async (bytes: Uint8Array, isGzip: boolean, maxBytes: number): Promise<Inflated> => {
  if (!isGzip) return bytes.length > maxBytes ? { kind: 'too_large' } : { kind: 'ok', bytes };
  try {
    return { kind: 'ok', bytes: await unzip(bytes, { maxOutputLength: maxBytes }) };
  } catch (error) {
    return { kind: (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too_large' : 'broken' };
  }
};
