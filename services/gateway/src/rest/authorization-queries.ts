import { AUTHORIZATION_VIEW_STATES, SCOPES, type Scope } from '@liveboard/contracts';
import { z } from 'zod';

const id = z.string().min(1).max(64);
const scopes = z
  .array(z.enum(Object.keys(SCOPES) as [Scope, ...Scope[]]))
  .min(1)
  .max(64);

export const listQuery = z.strictObject({
  state: z.enum(AUTHORIZATION_VIEW_STATES).optional(),
  account_id: id.optional(),
  shop_id: id.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(300).optional(),
});

export const requestBody = z
  .strictObject({
    account_id: id.optional(),
    shop_id: id.optional(),
    scopes: scopes.optional(),
    contract_id: id.optional(),
  })
  .refine((body) => (body.account_id === undefined) !== (body.shop_id === undefined), {
    path: ['account_id'],
    error: 'names an account or, instead, shop_id a shop',
  });

export const stepParams = z.object({
  id: z.string().min(1).max(200),
  step: z.enum(['grant', 'decline', 'revoke', 'withdraw']),
});
export const grantBody = z.strictObject({
  scopes: scopes.optional(),
  expires_at: z.number().int().min(0).nullable().optional(),
});
export const emptyBody = z.strictObject({});

export const tokenParams = z.object({ token: z.string().min(1).max(600) });
