import { type EventOf, type EventType, validateEvent } from '../../packages/contracts/src/index.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const at = <T extends EventType>(type: T) => ({ v: 1, id: `${type}-1`, type, room_id: 'room-1', ts: NOW }) as const;
const user_id = 'u1';
const items = [{ product_id: 'p1', sku_id: 'red', quantity: 2, amount_minor: 3_998 }] as const;

const EXAMPLES: { readonly [T in EventType]: EventOf<T> } = {
  'room.started': {
    ...at('room.started'),
    account_id: 'acct-demo',
    handle: '@demo',
    name: 'Demo shop',
    title: 'Evening show',
    currency: 'EUR',
    timezone: 'Europe/Berlin',
    event_types: ['viewer.entered', 'order.created', 'order.paid'],
  },
  'room.ended': { ...at('room.ended'), reason: 'host' },
  'viewer.entered': { ...at('viewer.entered'), user_id, source: 'for_you' },
  'viewer.left': { ...at('viewer.left'), user_id, watch_ms: 95_000 },
  'audience.snapshot': { ...at('audience.snapshot'), online: 412 },
  'room.impression': { ...at('room.impression'), count: 20, source: 'for_you' },
  'comment.posted': { ...at('comment.posted'), user_id, text: 'Does it come in red?' },
  'like.sent': { ...at('like.sent'), user_id, count: 5 },
  'share.sent': { ...at('share.sent'), user_id },
  'follow.created': { ...at('follow.created'), user_id },
  'product.listed': { ...at('product.listed'), product_id: 'p1', title: 'Lip balm', price_minor: 1_999, stock: 50 },
  'product.pinned': { ...at('product.pinned'), product_id: 'p1' },
  'product.unpinned': { ...at('product.unpinned'), product_id: 'p1' },
  'product.impression': { ...at('product.impression'), user_id, product_id: 'p1' },
  'product.clicked': { ...at('product.clicked'), user_id, product_id: 'p1' },
  'order.created': { ...at('order.created'), order_id: 'o1', user_id, items },
  'order.paid': { ...at('order.paid'), order_id: 'o1', user_id, items },
  'order.cancelled': { ...at('order.cancelled'), order_id: 'o1', user_id, items },
  'order.refunded': {
    ...at('order.refunded'),
    order_id: 'o1',
    user_id,
    items: [{ product_id: 'p1', sku_id: 'red', quantity: 1, amount_minor: 1_999 }],
  },
  'marker.added': { ...at('marker.added'), label: 'Coupon on screen', kind: 'promotion' },
  'room.rules': { ...at('room.rules'), rules: [{ id: 'low_stock', enabled: false, params: {} }], by: 'northlight' },
};

/** One event of a type as a producer writes it. @throws Error where the validator would refuse it. */
export const exampleOf = (type: EventType): string => {
  const event = EXAMPLES[type];
  const judged = validateEvent(event, NOW);
  if (judged.kind === 'refused') throw new Error(`the example of ${type} is refused: ${judged.path} ${judged.rule}`);
  return JSON.stringify(event);
};
