import type { Compare, LiveState, MinuteMetricId } from '@liveboard/contracts';

const CARD_METRICS = [
  'online',
  'items_sold',
  'paid_orders',
  'product_clicks',
  'created_orders',
  'product_impressions',
  'gmv',
  'comments',
] as const satisfies readonly MinuteMetricId[];

/** A room's card in the list of rooms, as JSON text. */
export const cardOf = (live: LiveState, compare: Compare | undefined): string => {
  const metrics = Object.fromEntries(
    CARD_METRICS.flatMap((id) => {
      const value = live.totals?.[id];
      return value === undefined || !live.room.available.includes(id) ? [] : [[id, value]];
    }),
  );
  // For sorting alone; no reader is shown it.
  const viewers = live.totals?.viewers;
  if (compare === undefined) return JSON.stringify({ ...live.room, metrics, viewers });
  const compared = Object.fromEntries(
    CARD_METRICS.flatMap((id) => (compare.metrics[id] === undefined ? [] : [[id, compare.metrics[id]]])),
  );
  const { state, pulse } = compare;
  return JSON.stringify({ ...live.room, metrics, viewers, compare: { ...compare, metrics: compared }, state, pulse });
};
