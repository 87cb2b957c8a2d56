import { z } from 'zod';
import type { Permit } from '../access.ts';
import type { Problem } from '../errors.ts';
import { type Card, type Monitoring, roomId } from '../feed.ts';
import type { Ledger } from '../rows.ts';
import type { SignIn } from '../sign-in.ts';
import { errorCode } from './feed.ts';
import { compare, count, instant, minuteRow, roomInfo } from './rows.ts';

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: errorCode,
    detail: z.string(),
    rule: z.string().exactOptional(),
    errors: z
      .array(
        z.object({
          index: count.exactOptional(),
          reason: z.string(),
          path: z.string(),
          rule: z.string().exactOptional(),
        }),
      )
      .readonly()
      .exactOptional(),
    held: z.array(roomId).readonly().exactOptional().meta({ description: 'with ROOM_LIMIT: the rooms held now' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457; programs go by code' }) satisfies z.ZodType<Problem>;

export const permit = z
  .object({
    authorization_id: z.string(),
    contract_id: z.string(),
    from: instant,
    to: instant.exactOptional(),
    lookback_from: instant.exactOptional(),
  })
  .meta({ id: 'Permit', description: 'what allowed the look; the period is half-open' }) satisfies z.ZodType<Permit>;

export const card = z
  .object({
    ...roomInfo.shape,
    access: z.enum(['granted', 'requested', 'declined', 'revoked', 'none']),
    metrics: z.record(z.string(), z.number()).exactOptional(),
    compare: compare.exactOptional(),
    held: z.boolean().exactOptional().meta({ description: 'among the partner’s five' }),
    permits: z
      .array(permit)
      .readonly()
      .exactOptional()
      .meta({ description: 'of an ended room: what allows its numbers' }),
  })
  .meta({ id: 'Card' }) satisfies z.ZodType<Card>;

export const roomList = z.object({
  items: z.array(card),
  next_cursor: z.string().exactOptional(),
  as_of: instant,
});

export const minuteList = z.object({
  minutes: z.array(minuteRow),
  comparator: z.literal('prev5.v1'),
  compare: z.array(compare),
  permits: z.array(permit),
});

export const monitoring = z.object({
  limit: count,
  rooms: z
    .array(
      z.object({
        room_id: roomId,
        slot: z.int().min(0).max(5),
        since: instant,
        sessions: z.array(z.object({ sub: z.string(), name: z.string(), since: instant })).readonly(),
        mine: z.boolean(),
      }),
    )
    .readonly(),
}) satisfies z.ZodType<Monitoring>;

export const me = z.object({
  sub: z.string(),
  role: z.enum(['partner', 'host', 'seller', 'service', 'operator']),
  name: z.string().optional(),
  partner: z.object({ id: z.string(), name: z.string().optional() }).optional(),
  accounts: z.array(z.string()).optional(),
  shops: z.array(z.string()).optional(),
  modules: z.array(z.string()),
  settings: z.record(z.string(), z.unknown()),
});

export const signIn = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('dev') }),
  z.object({
    kind: z.literal('oidc'),
    issuer: z.string(),
    client_id: z.string(),
    scope: z.string(),
    audience: z.string().exactOptional(),
    resource: z.string().exactOptional(),
  }),
  z.object({ kind: z.literal('none') }),
]) satisfies z.ZodType<SignIn>;

const ledger = z
  .object({
    in: count,
    counted: count,
    duplicate: count,
    late: count,
    quarantined: count,
    forwarded: count,
    ignored: count,
    ticks: count,
  })
  .meta({ id: 'Ledger', description: '`in` is the sum of all others' }) satisfies z.ZodType<Ledger>;

export const dataHealth = z.object({
  partitions: z.array(
    z.object({
      n: count,
      generation: count.optional(),
      log_end: count,
      applied: count.optional(),
      lag: count,
      stream_time: instant.optional(),
      checkpoint_age_ms: count.optional(),
      ledger,
    }),
  ),
  history: z.object({ lag: count.optional() }),
  total: ledger,
});

/** The envelope of an event; the fields of each type stand in the event contract. */
export const postedEvent = z
  .looseObject({ v: z.literal(1), id: z.string(), type: z.string(), room_id: roomId, ts: instant })
  .meta({ id: 'Event', description: 'an event of the event contract; further fields by its type' });

export const accepted = z.object({ accepted: count });

export const metricsCatalogue = z.object({
  metrics: z.array(z.looseObject({ id: z.string(), label: z.string(), kind: z.string(), unit: z.string() })),
});
