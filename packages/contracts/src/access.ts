import { z } from 'zod';

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
    partner_id: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[A-Za-z0-9._-]+$/)
      .optional(),
    account_ids: z.array(z.string()).optional(),
    shop_ids: z.array(z.string()).optional(),
    main: z.boolean().optional(),
    name: z.string().optional(),
  }),
});
export type TokenClaims = z.infer<typeof tokenClaims>;
export type Role = TokenClaims['lb']['role'];
