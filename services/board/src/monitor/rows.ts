import type { MinuteMetricId } from '@liveboard/contracts';

/** The indicators of the matrix below GMV, in order. */
export const ROWS: readonly MinuteMetricId[] = [
  'paid_orders',
  'online',
  'views',
  'product_clicks',
  'ctr',
  'ctor',
  'comments',
  'new_followers',
  'avg_watch',
];

/** What stands first in a counter's cell. */
export type ValueMode = 'total' | 'minute';

/** What a row's two values are, as its label says. */
export const captionOf = (kind: string, mode: ValueMode): string => {
  if (kind === 'gauge') return mode === 'total' ? 'now · base' : 'last min · now';
  if (kind === 'ratio') return 'last min · stream';
  return mode === 'total' ? 'total · last min' : 'last min · total';
};
