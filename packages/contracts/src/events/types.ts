import type { EntrySource, EventType, MarkerKind } from './fields.ts';

interface Envelope<T extends string> {
  readonly v: 1;
  readonly id: string;
  readonly type: T;
  readonly room_id: string;
  /** Event time, integer ms since 1970 UTC. */
  readonly ts: number;
}

/** One SKU order of an order event. Amounts are minor units of the room's currency, for the whole line. */
export interface OrderItem {
  readonly product_id: string;
  readonly sku_id?: string | null;
  readonly line_id?: string | null;
  readonly quantity: number;
  readonly amount_minor: number;
  readonly shop_id?: string | null;
  readonly commission_minor?: number | null;
  readonly collab?: 'open' | 'target' | 'none' | null;
}

export type Author = string | Readonly<Record<string, unknown>>;

export interface RoomStarted extends Envelope<'room.started'> {
  readonly account_id: string;
  readonly handle: string;
  readonly name: string;
  readonly avatar_url?: string | null;
  readonly shop_id?: string | null;
  readonly title: string;
  readonly currency: string;
  readonly timezone: string;
  readonly event_types?: readonly string[] | null;
}
export interface RoomEnded extends Envelope<'room.ended'> {
  readonly reason?: string | null;
}
export interface ViewerEntered extends Envelope<'viewer.entered'> {
  readonly user_id: string;
  readonly source: EntrySource;
}
export interface ViewerLeft extends Envelope<'viewer.left'> {
  readonly user_id: string;
  readonly watch_ms: number;
}
export interface AudienceSnapshot extends Envelope<'audience.snapshot'> {
  readonly online: number;
}
export interface RoomImpression extends Envelope<'room.impression'> {
  readonly user_id?: string | null;
  readonly count: number;
  readonly source?: EntrySource | null;
}
export interface CommentPosted extends Envelope<'comment.posted'> {
  readonly user_id: string;
  readonly text: string;
  readonly comment_id?: string | null;
}
export interface LikeSent extends Envelope<'like.sent'> {
  readonly user_id: string;
  readonly count: number;
}
export interface UserEvent extends Envelope<'share.sent' | 'follow.created'> {
  readonly user_id: string;
}
export interface ProductListed extends Envelope<'product.listed'> {
  readonly product_id: string;
  readonly title: string;
  readonly price_minor: number;
  readonly stock?: number | null;
  readonly image_url?: string | null;
  readonly shop_id?: string | null;
  readonly category_id?: string | null;
}
export interface ProductPin extends Envelope<'product.pinned' | 'product.unpinned'> {
  readonly product_id: string;
}
export interface ProductTouched extends Envelope<'product.impression' | 'product.clicked'> {
  readonly user_id: string;
  readonly product_id: string;
}
export interface OrderEvent extends Envelope<'order.created' | 'order.paid' | 'order.cancelled' | 'order.refunded'> {
  readonly order_id: string;
  readonly user_id: string;
  readonly attribution?: string | null;
  readonly refund_id?: string | null;
  readonly items: readonly OrderItem[];
}
export interface MarkerAdded extends Envelope<'marker.added'> {
  readonly label: string;
  readonly kind: MarkerKind;
  readonly by?: Author | null;
}
export interface RoomRules extends Envelope<'room.rules'> {
  readonly rules: readonly {
    readonly id: string;
    readonly enabled: boolean;
    readonly params: Readonly<Record<string, unknown>>;
  }[];
  readonly by: Author;
}

/** An event of a room that passed validation. An optional field may hold `null`, which is absence. */
export type LiveEvent =
  | RoomStarted
  | RoomEnded
  | ViewerEntered
  | ViewerLeft
  | AudienceSnapshot
  | RoomImpression
  | CommentPosted
  | LikeSent
  | UserEvent
  | ProductListed
  | ProductPin
  | ProductTouched
  | OrderEvent
  | MarkerAdded
  | RoomRules;

/** Moves a partition's stream time where nothing happens; belongs to no room. */
export interface ClockTick {
  readonly v: 1;
  readonly type: 'clock.tick';
  readonly ts: number;
}

type Typed<E, T> = E extends { readonly type: infer U } ? (T extends U ? E & { readonly type: T } : never) : never;

/** The event of a type; `never`, and so refused by the compiler, for a type that the field table has and these types lack. */
export type EventOf<T extends EventType> = Typed<LiveEvent, T>;
