/** What a field of an event may hold. Lengths count Unicode code points of well-formed text; numbers are integers. */
export type FieldRule =
  | { readonly kind: 'id' }
  | { readonly kind: 'text'; readonly max: number }
  | { readonly kind: 'name'; readonly min: number; readonly max: number }
  | { readonly kind: 'url' }
  | { readonly kind: 'int'; readonly min: number; readonly max: number }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'pattern'; readonly pattern: RegExp; readonly says: string }
  | { readonly kind: 'bool' }
  | { readonly kind: 'object' }
  | { readonly kind: 'author' }
  | { readonly kind: 'list'; readonly min: number; readonly max: number; readonly of: FieldRule | readonly Field[] };

export interface Field {
  readonly name: string;
  readonly rule: FieldRule;
  readonly optional?: true;
  readonly doc?: string;
}

export const ENTRY_SOURCES = [
  'for_you',
  'following',
  'search',
  'shop_tab',
  'share',
  'profile',
  'ads',
  'video',
  'other',
] as const;
export const MARKER_KINDS = ['ad', 'giveaway', 'promotion', 'host_change', 'violation', 'note'] as const;
export const COLLAB_KINDS = ['open', 'target', 'none'] as const;

export type EntrySource = (typeof ENTRY_SOURCES)[number];
export type MarkerKind = (typeof MARKER_KINDS)[number];

const id: FieldRule = { kind: 'id' };
const text: FieldRule = { kind: 'text', max: 500 };
const money: FieldRule = { kind: 'int', min: 0, max: 1e12 };
const count: FieldRule = { kind: 'int', min: 1, max: 1e6 };
const user: Field = { name: 'user_id', rule: id, doc: 'one stable pseudonym per user and market' };
const product: Field = { name: 'product_id', rule: id };
const source: FieldRule = { kind: 'enum', values: ENTRY_SOURCES };

const items = (minQuantity: 0 | 1): Field => ({
  name: 'items',
  doc: 'order lines; a line is a SKU order, its key is `line_id`, else the pair (`product_id`, `sku_id`)',
  rule: {
    kind: 'list',
    min: 1,
    max: Number.POSITIVE_INFINITY,
    of: [
      product,
      { name: 'sku_id', rule: id, optional: true },
      { name: 'line_id', rule: id, optional: true },
      { name: 'quantity', rule: { kind: 'int', min: minQuantity, max: 1e6 } },
      { name: 'amount_minor', rule: money, doc: 'of the whole line, in minor units of the room’s currency' },
      { name: 'shop_id', rule: id, optional: true },
      { name: 'commission_minor', rule: money, optional: true },
      { name: 'collab', rule: { kind: 'enum', values: COLLAB_KINDS }, optional: true },
    ],
  },
});

const order: readonly Field[] = [
  { name: 'order_id', rule: id },
  user,
  { name: 'attribution', rule: { kind: 'name', min: 1, max: 64 }, optional: true },
];

/** Every event type and its further fields beside the envelope. Validation, JSON Schema and the event contract's page derive from this table. */
export const EVENT_FIELDS = {
  'room.started': [
    { name: 'account_id', rule: id },
    { name: 'handle', rule: text },
    { name: 'name', rule: text },
    { name: 'avatar_url', rule: { kind: 'url' }, optional: true },
    { name: 'shop_id', rule: id, optional: true },
    { name: 'title', rule: text },
    { name: 'currency', rule: { kind: 'pattern', pattern: /^[A-Z]{3}$/, says: 'three letters A-Z (ISO 4217)' } },
    {
      name: 'timezone',
      rule: { kind: 'pattern', pattern: /^[A-Za-z0-9_+\-/]{1,64}$/, says: 'an IANA name, 1-64 of A-Za-z0-9_+-/' },
    },
    {
      name: 'event_types',
      rule: { kind: 'list', min: 0, max: 64, of: { kind: 'name', min: 1, max: 64 } },
      optional: true,
      doc: 'what this source sends; decides which metrics are available',
    },
  ],
  'room.ended': [{ name: 'reason', rule: text, optional: true }],
  'viewer.entered': [user, { name: 'source', rule: source }],
  'viewer.left': [user, { name: 'watch_ms', rule: { kind: 'int', min: 0, max: 1e9 } }],
  'audience.snapshot': [{ name: 'online', rule: { kind: 'int', min: 0, max: 1e8 }, doc: 'people in the room now' }],
  'room.impression': [
    { name: 'user_id', rule: id, optional: true },
    { name: 'count', rule: count },
    { name: 'source', rule: source, optional: true },
  ],
  'comment.posted': [user, { name: 'text', rule: text }, { name: 'comment_id', rule: id, optional: true }],
  'like.sent': [user, { name: 'count', rule: count }],
  'share.sent': [user],
  'follow.created': [user],
  'product.listed': [
    product,
    { name: 'title', rule: text },
    { name: 'price_minor', rule: money },
    { name: 'stock', rule: { kind: 'int', min: 0, max: 1e9 }, optional: true },
    { name: 'image_url', rule: { kind: 'url' }, optional: true },
    { name: 'shop_id', rule: id, optional: true },
    { name: 'category_id', rule: id, optional: true },
  ],
  'product.pinned': [product],
  'product.unpinned': [product],
  'product.impression': [user, product],
  'product.clicked': [user, product],
  'order.created': [...order, items(1)],
  'order.paid': [...order, items(1)],
  'order.cancelled': [...order, items(1)],
  'order.refunded': [...order, { name: 'refund_id', rule: id, optional: true }, items(0)],
  'marker.added': [
    { name: 'label', rule: text },
    { name: 'kind', rule: { kind: 'enum', values: MARKER_KINDS } },
    { name: 'by', rule: { kind: 'author' }, optional: true },
  ],
  'room.rules': [
    {
      name: 'rules',
      rule: {
        kind: 'list',
        min: 0,
        max: Number.POSITIVE_INFINITY,
        of: [
          { name: 'id', rule: id },
          { name: 'enabled', rule: { kind: 'bool' } },
          { name: 'params', rule: { kind: 'object' } },
        ],
      },
    },
    { name: 'by', rule: { kind: 'author' } },
  ],
} as const satisfies Record<string, readonly Field[]>;

export type EventType = keyof typeof EVENT_FIELDS;
export const EVENT_TYPES = Object.keys(EVENT_FIELDS) as EventType[];
export const TICK_TYPE = 'clock.tick';
