import { z } from 'zod';
import type { Permit } from './access.ts';
import type { ErrorCode } from './errors.ts';
import type {
  CatalogItem,
  CommentItem,
  Compare,
  Marker,
  MinuteRow,
  NowRow,
  Pinned,
  ProductRow,
  RoomHealth,
  RoomInfo,
  SourceRow,
  Totals,
} from './rows.ts';

/** The id of a room, wherever it comes in. */
export const roomId = z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/);
const ref = z.string().max(64).optional();
const offset = z
  .number()
  .int()
  .min(0)
  .max(2 ** 48);
/** Offsets by room. Not the library's record, which leaves out `__proto__`: a legal id like any other. */
const offsets = z
  .custom<Readonly<Record<string, number>>>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.entries(value).every(([id, at]) => roomId.safeParse(id).success && offset.safeParse(at).success),
    'must map room ids to offsets',
  )
  .meta({ type: 'object', additionalProperties: { type: 'integer', minimum: 0 } });

/** A client's frame: one JSON object of at most 16 KiB. */
export const clientMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('subscribe'),
    ref,
    room_id: roomId,
    resume: z.object({ epoch: z.number().int().min(0).max(32_767), offset }).optional(),
  }),
  z.object({ type: z.literal('unsubscribe'), ref, room_id: roomId }),
  z.object({ type: z.literal('swap'), ref, from: roomId, to: roomId }),
  z.object({ type: z.literal('ack'), ref, rooms: offsets }),
  z.object({ type: z.literal('auth.refresh'), ref, token: z.string().max(8_192) }),
  z.object({ type: z.literal('ping'), ref }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

/** What `set` of an update patches (RFC 7396). */
export interface LiveState {
  readonly room: RoomInfo;
  readonly totals?: Totals;
  readonly pinned?: Pinned;
  readonly now?: NowRow;
  readonly health: RoomHealth;
}

export interface Welcome {
  readonly type: 'welcome';
  readonly session_id: string;
  readonly resumed: boolean;
  readonly server_time: number;
  readonly role: string;
  readonly held: readonly string[];
  readonly limits: {
    readonly rooms: number;
    readonly frame_bytes: number;
    readonly ack_ms: number;
    readonly beat_ms: number;
  };
}

export interface Snapshot extends LiveState {
  readonly type: 'snapshot';
  readonly ref?: string;
  readonly room_id: string;
  readonly epoch: number;
  readonly offset: number;
  readonly complete: boolean;
  readonly sources: readonly SourceRow[];
  readonly products: readonly ProductRow[];
  readonly catalog: readonly CatalogItem[];
  readonly minutes: readonly MinuteRow[];
  readonly markers: readonly Marker[];
  readonly comments?: readonly CommentItem[];
  readonly compare?: Compare;
  readonly guidance: readonly unknown[];
}

/** The changes of a room since `prev`; without `prev` it replaces the live state. */
export interface RoomUpdate {
  readonly room_id: string;
  readonly prev?: number;
  readonly offset: number;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly products?: readonly ProductRow[];
  readonly catalog?: readonly CatalogItem[];
  readonly sources?: readonly SourceRow[];
  readonly minutes?: readonly MinuteRow[];
  readonly markers?: readonly Marker[];
  readonly compare?: Compare;
}
export type Update = { readonly type: 'update' } & RoomUpdate;

export type DegradedReason = 'slow' | 'lease' | 'redis' | 'directory' | 'stale_source';

/** Why a subscription is over though its client did not ask for it. */
export type RevokedCode = Extract<ErrorCode, 'AUTHORIZATION_REVOKED' | 'NO_CONTRACT' | 'ROOM_LIMIT'>;

export type ServerMessage =
  | Welcome
  | Snapshot
  | Update
  | { readonly type: 'comments'; readonly room_id: string; readonly items: readonly CommentItem[] }
  | {
      readonly type: 'room.ended';
      readonly room_id: string;
      readonly ended_at: number;
      readonly reason?: string;
      readonly final_at: number;
    }
  | { readonly type: 'revoked'; readonly room_id: string; readonly code: RevokedCode; readonly message: string }
  | { readonly type: 'degraded'; readonly reason: DegradedReason; readonly room_id?: string; readonly on: boolean }
  | { readonly type: 'auth.expiring'; readonly expires_at: number }
  | { readonly type: 'drain'; readonly retry_in_ms: number }
  | { readonly type: 'beat'; readonly server_time: number }
  | { readonly type: 'pong'; readonly ref?: string; readonly server_time: number }
  | { readonly type: 'ok'; readonly ref: string; readonly id?: string }
  | {
      readonly type: 'error';
      readonly ref?: string;
      readonly code: ErrorCode;
      readonly message: string;
      readonly details?: unknown;
    };

/** What ingest publishes on a room's channel in Redis. */
export type ChannelMessage =
  | ({ readonly kind: 'update'; readonly generation: number; readonly rev: number } & Omit<RoomUpdate, 'offset'>)
  | { readonly kind: 'comments'; readonly items: readonly CommentItem[] };

/** A card of the rooms' list: identity for all, numbers only with access. */
export interface Card extends RoomInfo {
  readonly access: 'granted' | 'requested' | 'declined' | 'revoked' | 'none';
  readonly metrics?: Readonly<Record<string, number>>;
  readonly compare?: Compare;
  readonly held?: boolean;
  /** Of an ended room: what permits its numbers. */
  readonly permits?: readonly Permit[];
}

/** `GET /v1/monitoring`: the partner's slots and who holds them. */
export interface Monitoring {
  readonly limit: number;
  readonly rooms: readonly {
    readonly room_id: string;
    readonly slot: number;
    readonly since: number;
    readonly sessions: readonly { readonly sub: string; readonly name: string; readonly since: number }[];
    readonly mine: boolean;
  }[];
}
