import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../errors.ts';
import { roomId, type ServerMessage, type Snapshot, type Update, type Welcome } from '../feed.ts';
import {
  catalogItem,
  commentItem,
  compare,
  count,
  instant,
  marker,
  minuteRow,
  nowRow,
  pinned,
  productRow,
  roomHealth,
  roomInfo,
  sourceRow,
  totals,
} from './rows.ts';

const ref = z.string().max(64).exactOptional().meta({ description: 'that of the frame which is answered' });
export const errorCode = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]);

const welcome = z.object({
  type: z.literal('welcome'),
  session_id: z.string(),
  resumed: z.boolean(),
  server_time: instant,
  role: z.string(),
  held: z.array(roomId).readonly(),
  limits: z.object({ rooms: count, frame_bytes: count, ack_ms: count, beat_ms: count }),
}) satisfies z.ZodType<Welcome>;

const changed = {
  products: z.array(productRow).readonly(),
  catalog: z.array(catalogItem).readonly(),
  sources: z.array(sourceRow).readonly(),
  minutes: z.array(minuteRow).readonly(),
  markers: z.array(marker).readonly(),
};

const snapshot = z.object({
  type: z.literal('snapshot'),
  ref,
  room_id: roomId,
  epoch: count,
  offset: count,
  complete: z.boolean().meta({ description: 'false after a resume: minutes are only those newer than its offset' }),
  room: roomInfo,
  totals: totals.exactOptional(),
  pinned: pinned.exactOptional(),
  now: nowRow.exactOptional(),
  health: roomHealth,
  ...changed,
  comments: z.array(commentItem).readonly().exactOptional(),
  compare: compare.exactOptional(),
  guidance: z.array(z.unknown()).readonly(),
}) satisfies z.ZodType<Snapshot>;

const update = z.object({
  type: z.literal('update'),
  room_id: roomId,
  prev: count
    .exactOptional()
    .meta({ description: 'apply only where it equals your offset; absent: replaces the live state' }),
  offset: count,
  set: z
    .record(z.string(), z.unknown())
    .exactOptional()
    .meta({ description: 'a merge patch (RFC 7396) over room, totals, pinned, now and health' }),
  products: changed.products.exactOptional(),
  catalog: changed.catalog.exactOptional(),
  sources: changed.sources.exactOptional(),
  minutes: changed.minutes.exactOptional(),
  markers: changed.markers.exactOptional(),
  compare: compare.exactOptional(),
}) satisfies z.ZodType<Update>;

const degraded = ['slow', 'lease', 'redis', 'directory', 'stale_source'] as const;

/** One message of a server's frame, by its `type`. */
export const SERVER_MESSAGES = {
  welcome: welcome.meta({ description: 'the first message of a connection' }),
  snapshot: snapshot.meta({ description: 'a room whole, or what is newer than the offset of a resume' }),
  update: update.meta({ description: 'what changed of a room since prev' }),
  comments: z
    .object({ type: z.literal('comments'), room_id: roomId, items: z.array(commentItem).readonly() })
    .meta({ description: 'outside the order of offsets; needs the scope comments' }),
  'room.ended': z
    .object({
      type: z.literal('room.ended'),
      room_id: roomId,
      ended_at: instant,
      reason: z.string().exactOptional(),
      final_at: instant,
    })
    .meta({ description: 'the slot is free; updates go on until final_at' }),
  revoked: z
    .object({
      type: z.literal('revoked'),
      room_id: roomId,
      code: z.enum(['AUTHORIZATION_REVOKED', 'NO_CONTRACT', 'ROOM_LIMIT']),
      message: z.string(),
    })
    .meta({ description: 'the subscription is over' }),
  degraded: z
    .object({ type: z.literal('degraded'), reason: z.enum(degraded), room_id: roomId.exactOptional(), on: z.boolean() })
    .meta({ description: 'what is shown is less than it should be, and why; off again with on: false' }),
  'auth.expiring': z
    .object({ type: z.literal('auth.expiring'), expires_at: instant })
    .meta({ description: 'answer with auth.refresh' }),
  drain: z.object({ type: z.literal('drain'), retry_in_ms: count }).meta({ description: 'come back after that time' }),
  beat: z
    .object({ type: z.literal('beat'), server_time: instant })
    .meta({ description: 'after 10 s without another frame' }),
  pong: z.object({ type: z.literal('pong'), ref, server_time: instant }).meta({ description: 'answers ping' }),
  ok: z
    .object({ type: z.literal('ok'), ref: z.string(), id: z.string().exactOptional() })
    .meta({ description: 'the frame with that ref took effect' }),
  error: z
    .object({
      type: z.literal('error'),
      ref,
      code: errorCode,
      message: z.string(),
      details: z.unknown().exactOptional(),
    })
    .meta({ description: 'a frame was refused' }),
} as const satisfies { readonly [Type in ServerMessage['type']]: z.ZodType<Extract<ServerMessage, { type: Type }>> };
