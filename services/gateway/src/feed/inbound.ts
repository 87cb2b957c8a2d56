import { type ClientMessage, clientMessage } from '@liveboard/contracts';

export type Inbound =
  | { readonly kind: 'message'; readonly message: ClientMessage }
  /** A frame that no client of ours sends: the connection ends. */
  | { readonly kind: 'bad_frame' }
  | { readonly kind: 'invalid'; readonly ref?: string; readonly detail: string };

/** Reads one client frame. */
export const readFrame = (data: Buffer, isBinary: boolean): Inbound => {
  if (isBinary) return { kind: 'bad_frame' };
  let value: unknown;
  try {
    value = JSON.parse(data.toString('utf8'));
  } catch {
    return { kind: 'bad_frame' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { kind: 'bad_frame' };
  const { type, ref } = value as { type?: unknown; ref?: unknown };
  if (typeof type !== 'string') return { kind: 'bad_frame' };
  const parsed = clientMessage.safeParse(value);
  if (parsed.success) return { kind: 'message', message: parsed.data };
  const [issue] = parsed.error.issues;
  const detail = `${issue?.path.join('.') || 'type'}: ${issue?.message ?? 'wrong'}`;
  return typeof ref === 'string' && ref.length <= 64 ? { kind: 'invalid', ref, detail } : { kind: 'invalid', detail };
};

/** A bucket of `burst` tokens that fills with `perSecond`. `take` is false where it is empty. Times in ms. */
export const createBucket = (perSecond: number, burst: number, now: () => number) => {
  let tokens = burst;
  let at = now();
  return {
    take: (): boolean => {
      const present = now();
      tokens = Math.min(burst, tokens + ((present - at) / 1_000) * perSecond);
      at = present;
      if (tokens < 1) return false;
      tokens--;
      return true;
    },
  };
};
