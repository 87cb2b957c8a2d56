import { isIP } from 'node:net';
import { DEFAULT_POLICY } from '@liveboard/access';
import { FIELDS } from '@liveboard/runtime';
import { z } from 'zod';

/** An address, or a network as `10.0.0.0/8`. */
const isNetwork = (text: string): boolean => {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  return (
    version !== 0 &&
    more.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)))
  );
};

const count = (fallback: number) => z.coerce.number().int().min(1).default(fallback);

/** The gateway's settings, by the names they have in the environment. */
export const SETTINGS = {
  KAFKA_BROKERS: FIELDS.KAFKA_BROKERS,
  REDIS_URL: FIELDS.REDIS_URL,
  /** Where minutes older than the sixty newest are read; none: there are no older ones. */
  CLICKHOUSE_URL: FIELDS.CLICKHOUSE_URL.optional(),
  LIVEBOARD_NAMESPACE: FIELDS.LIVEBOARD_NAMESPACE,
  LIVEBOARD_LOG_GENERATION: FIELDS.LIVEBOARD_LOG_GENERATION,
  LIVEBOARD_PARTITIONS: FIELDS.LIVEBOARD_PARTITIONS,
  LIVEBOARD_LOG_LEVEL: FIELDS.LIVEBOARD_LOG_LEVEL,
  /** Address to listen on. */
  LIVEBOARD_HOST: z.string().default('127.0.0.1'),
  /** Port of feed, API and board; 0: any free one. */
  LIVEBOARD_PORT: z.coerce.number().int().min(0).max(65_535).default(8_080),
  /** Exact origins whose pages may open the feed, comma-separated. */
  LIVEBOARD_ORIGINS: z.string().transform((list) => list.split(',').map((origin) => origin.trim())),
  /** Folder of the built board; none: only the API is served. */
  LIVEBOARD_BOARD_DIR: z.string().optional(),
  /** JWKS of whoever signs our tokens; `https://`, on the loopback also `http://`. Asked every five minutes, and for keys not known, at most every ten seconds. */
  LIVEBOARD_JWKS_URL: z.url().optional(),
  /** The `iss` that tokens must carry. */
  LIVEBOARD_ISSUER: z.string().default('liveboard-dev'),
  /** Where people sign in to the board, as its discovery document spells it; none: no person can. Needs the client id too. */
  LIVEBOARD_OIDC_ISSUER: z
    .string()
    .regex(/^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost)[:/])/)
    .pipe(z.url())
    .optional(),
  /** The board's name at that issuer: a public client, which has no secret. */
  LIVEBOARD_OIDC_CLIENT_ID: z.string().min(1).optional(),
  /** What the board asks that issuer for, separated by spaces. */
  LIVEBOARD_OIDC_SCOPE: z
    .string()
    .regex(/^(\S+ )*openid( \S+)*$/)
    .default('openid profile'),
  /** Sent as `audience`, to issuers that choose an access token's audience by it. */
  LIVEBOARD_OIDC_AUDIENCE: z.string().min(1).optional(),
  /** Sent as `resource` (RFC 8707), to issuers that choose an access token's audience by that. */
  LIVEBOARD_OIDC_RESOURCE: z.url().optional(),
  /** `1`: sign tokens for demo accounts; only where `LIVEBOARD_HOST` is the loopback and no JWKS is set. Never in production. */
  LIVEBOARD_DEV_ISSUER: z.enum(['0', '1']).default('0'),
  /** File that gateways of one dev stack share their signing key in. */
  LIVEBOARD_DEV_KEYS: z.string().optional(),
  /** File with the secret, at least 32 bytes, that signs links to requests for authorization: the same on every gateway; none: there are no links. With the dev issuer its key serves. */
  LIVEBOARD_LINK_KEY_FILE: z.string().optional(),
  /** Days that history may be looked back at, whatever the contracts say; 0: no limit. */
  LIVEBOARD_HISTORY_LOOKBACK_DAYS: z.coerce.number().int().min(0).default(DEFAULT_POLICY.lookbackDays),
  /** Addresses or networks (CIDR) of the balancers in front, comma-separated: `X-Forwarded-For` is believed from them alone. */
  LIVEBOARD_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((each) => each.trim() || []))
    .refine((list) => list.every(isNetwork), 'must list addresses or networks, as 10.0.0.0/8'),
  /** Requests of REST a minute from one address. */
  LIVEBOARD_MAX_REQUESTS_PER_MINUTE: count(3_000),
  /** Open feeds of one partner, over all of its members. */
  LIVEBOARD_MAX_SOCKETS_PER_PARTNER: count(50),
  /** Open feeds from one address. */
  LIVEBOARD_MAX_SOCKETS_PER_IP: count(200),
  /** New feeds a second from one address. */
  LIVEBOARD_MAX_UPGRADES_PER_SECOND: count(10),
  /** Frames a second that a client may send, after a burst of twenty. */
  LIVEBOARD_MAX_INBOUND_PER_SECOND: count(2),
  /** Batches a second that one service may post; as many at once. */
  LIVEBOARD_MAX_INTAKE_BATCHES_PER_SECOND: count(20),
  /** Events a second that one service may post; those of two seconds at once, at least one whole batch. */
  LIVEBOARD_MAX_INTAKE_EVENTS_PER_SECOND: count(10_000),
  /** Frames a second that a client is sent; what is more is conflated. */
  LIVEBOARD_MAX_FRAMES_PER_SECOND: count(10),
} as const;
