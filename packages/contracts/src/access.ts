import { z } from 'zod';

/** Ids of partners: they stand in tokens, in Redis' keys and before the `~` of an authorization's id. */
export const PARTNER_ID = /^[A-Za-z0-9._-]+$/;

/** Claims of our tokens (JWT, `aud: "liveboard"`). */
export const tokenClaims = z.object({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  sub: z.string().min(1).max(200),
  iat: z.number(),
  exp: z.number(),
  jti: z.string().optional(),
  lb: z.object({
    role: z.enum(['partner', 'host', 'seller', 'service', 'operator']),
    partner_id: z.string().min(1).max(64).regex(PARTNER_ID).optional(),
    account_ids: z.array(z.string()).optional(),
    shop_ids: z.array(z.string()).optional(),
    main: z.boolean().optional(),
    name: z.string().optional(),
  }),
});
export type TokenClaims = z.infer<typeof tokenClaims>;
export type Role = TokenClaims['lb']['role'];

/** The modules that a service may open, by code. */
export const MODULES = {
  DO: 'Data Overview',
  SA: 'Shop Analytics',
  LA: 'Livestream Analytics: list, monitor, boards, recaps',
  VA: 'Video Analytics',
  PA: 'Product Analytics',
  CA: 'Creator Analytics',
  AA: 'Affiliate Analytics',
  CR: 'Custom Report',
  VI: 'Video Inspiration',
} as const;
export type ModuleCode = keyof typeof MODULES;

/** What a seller grants, one by one. */
export const SCOPES = {
  live: 'rooms while they are on air',
  history: 'rooms of the past, and minutes over REST',
  comments: 'what viewers write',
  guidance: 'advice to the host',
  shop: 'Shop Analytics',
  creator: 'Creator Analytics',
  video: 'Video Analytics',
  product: 'Product Analytics',
  affiliate: 'Affiliate Analytics',
  'seller_center.orders': 'Seller Center: orders',
  'seller_center.products': 'Seller Center: products',
  'seller_center.marketing': 'Seller Center: marketing',
  'seller_center.affiliate': 'Seller Center: affiliate',
  'seller_center.analytics': 'Seller Center: analytics',
  'seller_center.customer_service': 'Seller Center: customer service',
  'seller_center.settings': 'Seller Center: settings',
} as const;
export type Scope = keyof typeof SCOPES;

/** A receipt: what permitted a look. Each answer from history names its own. Instants in UTC ms, periods half-open. */
export interface Permit {
  readonly authorization_id: string;
  readonly contract_id: string;
  /** The contract's period; without `to` it has no end yet. */
  readonly from: number;
  readonly to?: number;
  /** Given where the lookback limit falls into that period: nothing before this instant was shown. */
  readonly lookback_from?: number;
}
