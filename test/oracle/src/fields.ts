/** The table of the events' fields and their bounds: each check answers whether a value is allowed. */
type Check = (value: unknown) => boolean;
type Field = { name: string; optional: boolean; check: Check };

/** Whether a text is well-formed and has between `min` and `max` code points. */
export function isText(value: unknown, min: number, max: number): value is string {
  if (typeof value !== 'string') return false;
  let length = 0;
  for (const point of value) {
    const code = point.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) return false;
    length += 1;
  }
  return length >= min && length <= max;
}

/** Whether a value is a plain object: neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const text: Check = (value) => isText(value, 0, 500);
const id: Check = (value) => isText(value, 1, 64);
const url: Check = (value) => isText(value, 0, 2048) && (value.startsWith('https://') || value.startsWith('http://'));
const pattern =
  (expression: RegExp): Check =>
  (value) =>
    typeof value === 'string' && expression.test(value);
const oneOf =
  (...words: string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value);
const between =
  (low: number, high: number): Check =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high;
const isBoolean: Check = (value) => typeof value === 'boolean';

const need = (name: string, check: Check): Field => ({ name, optional: false, check });
const may = (name: string, check: Check): Field => ({ name, optional: true, check });

function fits(object: Record<string, unknown>, fields: Field[]): boolean {
  return fields.every(({ name, optional, check }) => {
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    if (value === undefined || value === null) return optional;
    return check(value);
  });
}

const listOf =
  (min: number, max: number, check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length >= min && value.length <= max && value.every((entry) => check(entry));
const objectOf =
  (...fields: Field[]): Check =>
  (value) =>
    isObject(value) && fits(value, fields);

const source = oneOf('for_you', 'following', 'search', 'shop_tab', 'share', 'profile', 'ads', 'video', 'other');
const money = between(0, 10 ** 12);
const by: Check = (value) => isObject(value) || text(value);
const user = need('user_id', id);
const product = need('product_id', id);

function line(leastQuantity: number): Check {
  return objectOf(
    product,
    may('sku_id', id),
    may('line_id', id),
    need('quantity', between(leastQuantity, 10 ** 6)),
    need('amount_minor', money),
    may('shop_id', id),
    may('commission_minor', money),
    may('collab', oneOf('open', 'target', 'none')),
  );
}

const order = [
  need('order_id', id),
  user,
  may('attribution', id),
  need('items', listOf(1, Number.POSITIVE_INFINITY, line(1))),
];

const TABLE = new Map<string, Field[]>([
  [
    'room.started',
    [
      need('account_id', id),
      need('handle', text),
      need('name', text),
      may('avatar_url', url),
      may('shop_id', id),
      need('title', text),
      need('currency', pattern(/^[A-Z]{3}$/)),
      need('timezone', pattern(/^[A-Za-z0-9_+\-/]{1,64}$/)),
      may('event_types', listOf(0, 64, id)),
    ],
  ],
  ['room.ended', [may('reason', text)]],
  ['viewer.entered', [user, need('source', source)]],
  ['viewer.left', [user, need('watch_ms', between(0, 10 ** 9))]],
  ['audience.snapshot', [need('online', between(0, 10 ** 8))]],
  ['room.impression', [may('user_id', id), need('count', between(1, 10 ** 6)), may('source', source)]],
  ['comment.posted', [user, need('text', text), may('comment_id', id)]],
  ['like.sent', [user, need('count', between(1, 10 ** 6))]],
  ['share.sent', [user]],
  ['follow.created', [user]],
  [
    'product.listed',
    [
      product,
      need('title', text),
      need('price_minor', money),
      may('stock', between(0, 10 ** 9)),
      may('image_url', url),
      may('shop_id', id),
      may('category_id', id),
    ],
  ],
  ['product.pinned', [product]],
  ['product.unpinned', [product]],
  ['product.impression', [user, product]],
  ['product.clicked', [user, product]],
  ['order.created', order],
  ['order.paid', order],
  ['order.cancelled', order],
  [
    'order.refunded',
    [
      need('order_id', id),
      user,
      may('refund_id', id),
      may('attribution', id),
      need('items', listOf(1, Number.POSITIVE_INFINITY, line(0))),
    ],
  ],
  [
    'marker.added',
    [
      need('label', text),
      need('kind', oneOf('ad', 'giveaway', 'promotion', 'host_change', 'violation', 'note')),
      may('by', by),
    ],
  ],
  [
    'room.rules',
    [
      need(
        'rules',
        listOf(
          0,
          Number.POSITIVE_INFINITY,
          objectOf(need('id', id), need('enabled', isBoolean), need('params', isObject)),
        ),
      ),
      need('by', by),
    ],
  ],
]);

/** Whether the type is one of the table's. */
export function isKnownType(type: string): boolean {
  return TABLE.has(type);
}

/** Whether all fields of an event of a known type are present and within their bounds. */
export function hasGoodFields(event: Record<string, unknown>): boolean {
  return fits(event, TABLE.get(String(event.type)) ?? []);
}
