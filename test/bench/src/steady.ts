import { createRandom } from '@liveboard/simulator';

/** What rooms send beside entries, as shares of all events; like the simulated rooms'. */
const MIX: readonly (readonly [type: string, weight: number])[] = [
  ['viewer.entered', 100],
  ['viewer.left', 100],
  ['product.impression', 70],
  ['like.sent', 30],
  ['comment.posted', 25],
  ['room.impression', 20],
  ['product.clicked', 16],
  ['order.created', 3],
  ['order.paid', 3],
  ['follow.created', 3],
  ['share.sent', 2],
  ['audience.snapshot', 2],
];
const PRODUCTS = 12;

export interface SteadyEvent {
  readonly room: string;
  readonly value: Buffer;
}

/** An endless even stream of events of some rooms, in turn. The same seed makes the same stream. */
export interface Steady {
  /** The events that open the rooms. */
  open(ts: number): SteadyEvent[];
  next(ts: number): SteadyEvent;
  close(ts: number): SteadyEvent[];
}

/** `users`: how many people each room has. */
export const createSteady = (
  seed: string,
  { rooms, users }: { readonly rooms: readonly string[]; readonly users: number },
): Steady => {
  const random = createRandom(seed);
  const weights = MIX.map(([, weight]) => weight);
  let n = 0;
  const bodyOf = (type: string): object => {
    const user_id = `u-${random.int(users)}`;
    const product_id = `p-${random.int(PRODUCTS)}`;
    switch (type) {
      case 'viewer.entered':
        return { user_id, source: 'for_you' };
      case 'viewer.left':
        return { user_id, watch_ms: 1_000 + random.int(200_000) };
      case 'room.impression':
        return { count: 1 + random.int(40), source: 'for_you' };
      case 'product.impression':
      case 'product.clicked':
        return { user_id, product_id };
      case 'like.sent':
        return { user_id, count: 1 + random.int(15) };
      case 'comment.posted':
        return { user_id, text: 'how much is it' };
      case 'order.created':
      case 'order.paid':
        return {
          user_id,
          order_id: `o-${random.int(1_000_000)}`,
          items: [{ product_id, quantity: 1, amount_minor: 1_999 }],
        };
      case 'audience.snapshot':
        return { online: random.int(5_000) };
      default:
        return { user_id };
    }
  };
  const make = (room: string, type: string, ts: number, body: object): SteadyEvent => ({
    room,
    value: Buffer.from(JSON.stringify({ v: 1, id: (n++).toString(36), type, room_id: room, ts, ...body })),
  });
  return {
    open: (ts) =>
      rooms.map((room, i) =>
        make(room, 'room.started', ts, {
          account_id: 'acct-demo',
          handle: `@bench${i}`,
          name: `Bench room ${i}`,
          shop_id: `shop-${i}`,
          title: 'Bench',
          currency: 'EUR',
          timezone: 'Europe/Berlin',
        }),
      ),
    next: (ts) => {
      const type = MIX[random.weighted(weights)]?.[0] ?? 'like.sent';
      return make(rooms[n % rooms.length] as string, type, ts, bodyOf(type));
    },
    close: (ts) => rooms.map((room) => make(room, 'room.ended', ts, { reason: 'bench_over' })),
  };
};
