import { PARTNER_ID } from '@liveboard/contracts';
import { z } from 'zod';

const id = z.string().min(1).max(64);
const partnerId = id.regex(PARTNER_ID);
const name = z.string().max(500);
/** UTC ms. */
const instant = z.number().int().min(0);

/** An account or a shop, never both: each is contracted and granted by itself. */
const isOneSubject = (body: { account_id?: string | undefined; shop_id?: string | undefined }): boolean =>
  (body.account_id === undefined) !== (body.shop_id === undefined);

export const AUTHORIZATION_STATES = ['requested', 'granted', 'declined', 'withdrawn', 'revoked'] as const;

/** What each kind of directory record says. Periods are half-open, `[from, to)`, in UTC ms. Unknown fields are ignored. */
export const DIRECTORY_BODIES = {
  /** An agency; the id is that of its members' tokens. */
  partner: z.object({ name }),
  /** A live account: a creator's, or the official one of a shop. */
  account: z.object({
    handle: name,
    name,
    avatar_url: z.string().max(2_048).optional(),
    kind: z.enum(['official', 'creator']).optional(),
    shop_id: id.optional(),
    market: id.optional(),
  }),
  /** A seller's shop. */
  shop: z.object({ name, market: id.optional(), main_user: z.string().min(1).max(200).optional() }),
  /** A binding of a partner to an account or a shop, for a period; a re-signed one is another record. */
  contract: z
    .object({
      partner_id: partnerId,
      account_id: id.optional(),
      shop_id: id.optional(),
      level: z.enum(['account', 'shop']),
      services: z.array(id).max(64),
      from: instant,
      to: instant.optional(),
    })
    .refine(isOneSubject, 'names an account or a shop')
    .refine(({ level, shop_id }) => (level === 'shop') === (shop_id !== undefined), 'has the level of its subject')
    .refine(({ from, to }) => to === undefined || to >= from, 'ends no earlier than it begins'),
  /** What a service opens. */
  service_category: z.object({
    name: name.optional(),
    partner_role: name.optional(),
    modules: z.array(id).max(64),
    seller_center: z.boolean(),
  }),
  /** What a seller lets a partner see of an account or a shop. */
  authorization: z
    .object({
      partner_id: partnerId,
      account_id: id.optional(),
      shop_id: id.optional(),
      contract_id: id.optional(),
      state: z.enum(AUTHORIZATION_STATES),
      scopes: z.array(id).max(64),
      by: z.string().min(1).max(200).optional(),
      expires_at: instant.optional(),
    })
    .refine(isOneSubject, 'names an account or a shop'),
  /** Whoever signs in: tokens issued before `not_before` are refused. */
  principal: z.object({ not_before: instant }),
} as const;

export type DirectoryKind = keyof typeof DIRECTORY_BODIES;
export type DirectoryBody<Kind extends DirectoryKind> = z.infer<(typeof DIRECTORY_BODIES)[Kind]>;

/** One record of the directory's log. `rev` counts the records of one `(kind, id)` from 1; `by` is who wrote it. */
export type DirectoryRecord = {
  readonly [Kind in DirectoryKind]: {
    readonly v: 1;
    readonly kind: Kind;
    readonly id: string;
    readonly rev: number;
    readonly by: string;
    readonly body: DirectoryBody<Kind>;
  };
}[DirectoryKind];

/** What every record has, of whatever kind. */
export const directoryEnvelope = z.object({
  v: z.literal(1),
  kind: z.string(),
  id: z.string().min(1).max(200),
  rev: z.number().int().min(1),
  by: z.string().min(1).max(200),
  body: z.unknown(),
});

/** The id under which a partner's authorization for an account or a shop stands. */
export const authorizationId = (
  partnerId: string,
  subject: { account_id?: string | undefined; shop_id?: string | undefined },
): string => `${partnerId}~${subject.account_id ?? `shop:${subject.shop_id}`}`;
