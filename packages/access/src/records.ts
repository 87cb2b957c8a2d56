import { z } from 'zod';

const id = z.string().min(1).max(64);
const instant = z.number().int().min(0);

/** What each kind of directory record says. Periods are half-open, `[from, to)`, in UTC ms. */
export const DIRECTORY_BODIES = {
  partner: z.object({ name: z.string().max(500) }),
  account: z.object({
    handle: z.string().max(500),
    name: z.string().max(500),
    avatar_url: z.string().max(2_048).optional(),
    shop_id: id.optional(),
  }),
  contract: z.object({
    partner_id: id,
    account_id: id.optional(),
    shop_id: id.optional(),
    level: z.enum(['account', 'shop']),
    services: z.array(id).max(64),
    from: instant,
    to: instant.optional(),
  }),
  service_category: z.object({ modules: z.array(id).max(64), seller_center: z.boolean() }),
  authorization: z.object({
    partner_id: id,
    account_id: id.optional(),
    shop_id: id.optional(),
    state: z.enum(['requested', 'granted', 'declined', 'withdrawn', 'revoked']),
    scopes: z.array(id).max(64),
    expires_at: instant.optional(),
  }),
} as const;

export type DirectoryKind = keyof typeof DIRECTORY_BODIES;
export type DirectoryBody<Kind extends DirectoryKind> = z.infer<(typeof DIRECTORY_BODIES)[Kind]>;

/** One record of the directory's log. `rev` counts the records of one `(kind, id)` from 1. */
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
