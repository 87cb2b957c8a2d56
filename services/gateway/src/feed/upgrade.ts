import { type ErrorCode, SUBPROTOCOL } from '@liveboard/contracts';
import type { Verified, Verify } from '../tokens.ts';
import { createBucket } from './inbound.ts';

/** Addresses whose rate is remembered; the one that was first seen is forgotten first. */
const ADDRESSES = 10_000;
const ROLES: ReadonlySet<string> = new Set(['partner', 'host', 'operator']);

/** What a client says when it connects. */
interface UpgradeRequest {
  readonly ip: string;
  readonly upgrade: string | undefined;
  readonly origin: string | undefined;
  /** The header `Sec-WebSocket-Protocol`: it carries the token and is never logged. */
  readonly protocols: string | undefined;
}

export type Admission =
  | {
      readonly ok: true;
      readonly principal: Verified;
      /** The session that the client had before. */
      readonly session?: string;
      /** Must run once when the socket is gone. */
      readonly release: () => void;
    }
  | { readonly ok: false; readonly code: ErrorCode; readonly detail: string };

/** Decides before the upgrade whether a client may connect. */
export type Gate = (request: UpgradeRequest) => Promise<Admission>;

export interface GateOptions {
  readonly verify: Verify;
  /** Exact origins. */
  readonly origins: ReadonlySet<string>;
  readonly socketsPerPartner: number;
  readonly socketsPerIp: number;
  readonly upgradesPerSecond: number;
  /** Why nobody is let in now; undefined: all is well. */
  readonly notReady: () => string | undefined;
  readonly now: () => number;
}

/** Reads `liveboard.v1, bearer.<jwt>, session.<id>`. */
const readOffer = (header: string | undefined) => {
  const offered = (header ?? '').split(',').map((each) => each.trim());
  const token = offered.find((each) => each.startsWith('bearer.'))?.slice('bearer.'.length);
  const session = offered.find((each) => /^session\.[0-9a-f]{32}$/.test(each))?.slice('session.'.length);
  return { isOurs: offered.includes(SUBPROTOCOL), token, ...(session === undefined ? {} : { session }) };
};

/** How many sockets each name has open. */
const createCount = (most: number) => {
  const open = new Map<string, number>();
  return {
    isFull: (name: string): boolean => (open.get(name) ?? 0) >= most,
    add: (name: string): void => void open.set(name, (open.get(name) ?? 0) + 1),
    remove: (name: string): void => {
      const left = (open.get(name) ?? 0) - 1;
      if (left > 0) open.set(name, left);
      else open.delete(name);
    },
  };
};

export const createGate = (options: GateOptions): Gate => {
  const { verify, origins, upgradesPerSecond, notReady, now } = options;
  const rates = new Map<string, ReturnType<typeof createBucket>>();
  const byIp = createCount(options.socketsPerIp);
  const byPartner = createCount(options.socketsPerPartner);
  const refuse = (code: ErrorCode, detail: string): Admission => ({ ok: false, code, detail });

  const isTooFast = (ip: string): boolean => {
    let bucket = rates.get(ip);
    if (bucket === undefined) {
      const [oldest] = rates.keys();
      if (rates.size >= ADDRESSES && oldest !== undefined) rates.delete(oldest);
      bucket = createBucket(upgradesPerSecond, upgradesPerSecond, now);
      rates.set(ip, bucket);
    }
    return !bucket.take();
  };

  return async ({ ip, upgrade, origin, protocols }) => {
    if (upgrade?.toLowerCase() !== 'websocket') return refuse('INVALID_REQUEST', 'upgrade: must be websocket');
    if (isTooFast(ip)) return refuse('RATE_LIMITED', 'too many connects from this address');
    const reason = notReady();
    if (reason !== undefined) return refuse('UNAVAILABLE', reason);
    if (origin === undefined || !origins.has(origin))
      return refuse('FORBIDDEN_ROLE', 'origin: is not one of those allowed');
    const { isOurs, token, session } = readOffer(protocols);
    if (!isOurs) return refuse('INVALID_REQUEST', `sec-websocket-protocol: must offer ${SUBPROTOCOL}`);
    if (token === undefined || token === '')
      return refuse('UNAUTHENTICATED', 'sec-websocket-protocol: must offer bearer.<token>');
    const answer = await verify(token);
    if (!answer.ok) return refuse(answer.code, answer.rule);
    const { principal } = answer;
    const { role, partner_id } = principal;
    if (!ROLES.has(role)) return refuse('FORBIDDEN_ROLE', 'the feed is for partners, hosts and operators');
    if (byIp.isFull(ip)) return refuse('RATE_LIMITED', 'too many sockets from this address');
    if (partner_id !== undefined && byPartner.isFull(partner_id))
      return refuse('RATE_LIMITED', 'too many sockets of this partner');
    byIp.add(ip);
    if (partner_id !== undefined) byPartner.add(partner_id);
    const release = (): void => {
      byIp.remove(ip);
      if (partner_id !== undefined) byPartner.remove(partner_id);
    };
    return { ok: true, principal, ...(session === undefined ? {} : { session }), release };
  };
};
