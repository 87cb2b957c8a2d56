import { applyMergePatch, type LiveState, RULES, type ServerMessage, type Snapshot } from '@liveboard/contracts';

type Lists = Pick<Snapshot, 'products' | 'sources' | 'catalog' | 'markers' | 'minutes'>;

/** One room as a client of the feed has it, by the published rules alone. */
export interface ClientRoom extends Lists {
  readonly epoch: number;
  readonly offset: number;
  readonly live: LiveState;
  readonly compare?: Snapshot['compare'];
}

const merge = <T>(held: readonly T[], changed: readonly T[] | undefined, keyOf: (item: T) => string | number): T[] => {
  const all = new Map(held.map((item) => [keyOf(item), item]));
  for (const item of changed ?? []) all.set(keyOf(item), item);
  return [...all.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
};
const minutes = (held: Lists['minutes'], changed: Lists['minutes'] | undefined): Lists['minutes'] =>
  merge(held, changed, ({ minute }) => minute).slice(-RULES.keptRows);

/** The room after `message`. @throws Error where the message does not continue what the client has. */
export const applyToRoom = (held: ClientRoom | undefined, message: ServerMessage): ClientRoom | undefined => {
  if (message.type === 'snapshot') {
    const {
      type: _,
      ref: __,
      room_id: ___,
      epoch,
      offset,
      complete,
      guidance: ____,
      comments: _____,
      ...rest
    } = message;
    const { products, sources, catalog, markers, compare, minutes: rows, ...live } = rest;
    if (!complete && held === undefined) throw new Error('a part of a snapshot for a client that has nothing');
    return {
      epoch,
      offset,
      live,
      products: merge([], products, ({ product_id }) => product_id),
      sources: merge([], sources, ({ source }) => source),
      catalog: merge([], catalog, ({ product_id }) => product_id),
      markers: merge([], markers, ({ id }) => id),
      minutes: minutes(complete ? [] : (held?.minutes ?? []), rows),
      ...(compare === undefined ? {} : { compare }),
    };
  }
  if (message.type !== 'update') return held;
  if (held === undefined) throw new Error('an update before any snapshot');
  const { prev, offset, set } = message;
  if (prev !== undefined && prev !== held.offset) throw new Error(`prev is ${prev}, not ${held.offset}`);
  const whole = prev === undefined;
  const compare = message.compare ?? held.compare;
  return {
    epoch: held.epoch,
    offset,
    live: (whole ? set : applyMergePatch(held.live, set ?? {})) as LiveState,
    products: merge(whole ? [] : held.products, message.products, ({ product_id }) => product_id),
    sources: merge(whole ? [] : held.sources, message.sources, ({ source }) => source),
    catalog: merge(held.catalog, message.catalog, ({ product_id }) => product_id),
    markers: merge(held.markers, message.markers, ({ id }) => id),
    minutes: minutes(held.minutes, message.minutes),
    ...(compare === undefined ? {} : { compare }),
  };
};
