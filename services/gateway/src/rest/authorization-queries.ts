import { AUTHORIZATION_VIEW_STATES, SCOPES, type Scope } from '@liveboard/contracts';
import { z } from 'zod';

/** What requests about authorizations and the access log may carry. */

const id = z.string().min(1).max(64);
const scopes = z
  .array(z.enum(Object.keys(SCOPES) as [Scope, ...Scope[]]))
  .min(1)
  .max(64);
const limit = z.coerce.number().int().min(1).max(100).default(50);
const NEXT = { description: 'next_cursor of the page before' };

export const authorizationsQuery = z.strictObject({
  state: z.enum(AUTHORIZATION_VIEW_STATES).optional(),
  account_id: id.optional(),
  shop_id: id.optional(),
  limit,
  cursor: z.string().max(300).optional().meta(NEXT),
});

export const requestBody = z
  .strictObject({
    account_id: id.optional().meta({ description: 'either this or shop_id' }),
    shop_id: id.optional(),
    scopes: scopes.optional().meta({ description: 'absent: live, history, comments, guidance' }),
    contract_id: id.optional().meta({ description: 'the authorization is to be good for this contract alone' }),
  })
  .refine((body) => (body.account_id === undefined) !== (body.shop_id === undefined), {
    path: ['account_id'],
    error: 'names an account or, instead, shop_id a shop',
  });

export const stepParams = z.object({
  id: z.string().min(1).max(200).meta({ description: '<partner_id>~<account_id>, or <partner_id>~shop:<shop_id>' }),
});
export const grantBody = z.strictObject({
  scopes: scopes.optional().meta({ description: 'absent: those that were asked for or are granted' }),
  expires_at: z
    .number()
    .int()
    .min(0)
    .nullable()
    .optional()
    .meta({ description: 'ms; null: no end; absent: an edited grant keeps its end' }),
});
/** Of the steps that need no more than their name. */
export const emptyBody = z.strictObject({});

export const tokenParams = z.object({
  token: z.string().min(1).max(600).meta({ description: 'what follows /grant/ in a grant_path' }),
});

export const accessLogQuery = z.strictObject({
  subject: z.string().min(1).max(70).optional().meta({ description: 'an account’s id, or shop:<shop_id>' }),
  limit,
  cursor: z.string().max(60).optional().meta(NEXT),
});
