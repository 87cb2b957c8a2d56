import { z } from 'zod';
import {
  type AccessEntry,
  AUTHORIZATION_VIEW_STATES,
  type AuthorizationView,
  type GrantView,
} from '../authorizations.ts';
import { roomId } from '../feed.ts';
import { instant } from './rows.ts';

const state = z.enum(AUTHORIZATION_VIEW_STATES);
const texts = z.array(z.string()).readonly();

export const authorization = z
  .object({
    id: z.string(),
    partner_id: z.string(),
    account_id: z.string().exactOptional(),
    shop_id: z.string().exactOptional(),
    contract_id: z.string().exactOptional(),
    state,
    scopes: texts,
    at: instant.meta({ description: 'when its last step was taken' }),
    by: z.string().exactOptional(),
    expires_at: instant.exactOptional(),
    steps: texts.meta({ description: 'what the asker may do with it now' }),
    grant_path: z.string().exactOptional().meta({ description: '/grant/<token>, for the seller; gives no right' }),
  })
  .meta({ id: 'Authorization' }) satisfies z.ZodType<AuthorizationView>;

export const authorizationList = z.object({ items: z.array(authorization), next_cursor: z.string().exactOptional() });

export const grantView = z
  .object({
    id: z.string(),
    partner: z.object({ id: z.string(), name: z.string().exactOptional() }),
    subject: z.object({
      account_id: z.string().exactOptional(),
      shop_id: z.string().exactOptional(),
      name: z.string().exactOptional(),
    }),
    scopes: texts,
    state,
    contract: z
      .object({ id: z.string(), level: z.string(), services: texts, from: instant, to: instant.exactOptional() })
      .exactOptional()
      .meta({ description: 'to the subject’s own sellers only' }),
    steps: texts,
  })
  .meta({ id: 'Grant', description: 'what a link shows' }) satisfies z.ZodType<GrantView>;

const accessEntry = z
  .object({
    at: instant,
    by: z.string(),
    what: z.string().meta({ description: 'a step (requested, granted, edited, …), or a read: minutes, totals' }),
    partner_id: z.string().optional(),
    account_id: z.string().optional(),
    shop_id: z.string().optional(),
    room_id: roomId.optional(),
    range: z.object({ from: instant, to: instant }).optional().meta({ description: 'of what was shown, half-open' }),
    contract_id: z.string().optional().meta({ description: 'what permitted a read; an operator needs none' }),
    scopes: texts.optional(),
  })
  .meta({ id: 'AccessEntry' }) satisfies z.ZodType<AccessEntry>;

export const accessLog = z.object({ entries: z.array(accessEntry), next_cursor: z.string().exactOptional() });
