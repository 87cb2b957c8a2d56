import { type Compare, type Comparison, type Headline, type MinuteMetricId, metric } from '@liveboard/contracts';
import { changeOf } from '../format/change.ts';
import { formatMinute } from '../format/time.ts';
import { formatValue, type ValueStyle } from './value.ts';

/** The longest context that fits beside a strip's buttons. */
const LONGEST = 72;

const TERMS: readonly (readonly [MinuteMetricId, number])[] = [
  ['gmv', 0.4],
  ['online', 0.25],
  ['product_clicks', 0.2],
  ['ctor', 0.15],
];
const SOURCES: Readonly<Record<string, string>> = {
  for_you: 'For You',
  following: 'Following',
  search: 'Search',
  shop_tab: 'Shop tab',
  share: 'Shares',
  profile: 'Profile',
  ads: 'Ads',
  video: 'Video',
  other: 'Other sources',
  unknown: 'Unknown sources',
};

const sizeOf = (held: Comparison | undefined, weight: number): number =>
  held?.delta === undefined || held.z === undefined
    ? 0
    : weight * Math.min(1, Math.abs(held.delta)) * Math.min(1, Math.abs(held.z) / 2);

/** The terms of the pulse that pull its way, the largest first. */
const termsTowards = ({ metrics, pulse }: Compare): readonly MinuteMetricId[] =>
  TERMS.filter(([id]) => Math.sign(metrics[id]?.delta ?? 0) === Math.sign(pulse))
    .sort(([a, wa], [b, wb]) => sizeOf(metrics[b], wb) - sizeOf(metrics[a], wa))
    .map(([id]) => id);

/** The metric that a room's move is told by: the headline's, else the largest term of its pulse. */
export const headlineMetric = (compare: Compare): MinuteMetricId | undefined => {
  if (compare.headline !== undefined) return compare.headline.metric as MinuteMetricId;
  return termsTowards(compare)[0];
};

/** `GMV per minute`: what the change is of. */
export const changedLabel = (id: MinuteMetricId): string => {
  const { label, kind } = metric(id);
  if (kind === 'gauge') return 'Online';
  return kind === 'ratio' ? label : `${label} per minute`;
};

const contextOf = ({ context, params = {} }: Headline, style: ValueStyle): string | undefined => {
  const { locale } = style;
  switch (context) {
    case 'nothing_pinned':
      return `Nothing pinned since ${formatMinute(Number(params.since), locale)}`;
    case 'low_stock':
      return Number(params.left) === 0 ? `${params.title} is sold out` : `${params.title}: ${params.left} left`;
    case 'marker':
      return `After “${params.label}” at ${formatMinute(Number(params.ts), locale)}`;
    case 'source': {
      const delta = Number(params.delta);
      const { text } = changeOf({ value: 1 + delta, base: 1, delta }, 'up', locale);
      return `${SOURCES[String(params.source)] ?? params.source} views ${text}`;
    }
    case 'factor': {
      const id = String(params.factor) as MinuteMetricId;
      const [from, to] = [params.from, params.to].map((each) => formatValue(metric(id), Number(each), style));
      return `${metric(id).label} ${from} → ${to}`;
    }
    default:
      return undefined;
  }
};

/** Whole clauses, as many as fit. */
export const joinClauses = (clauses: readonly string[]): string => {
  let text = '';
  for (const clause of clauses) {
    const longer = text === '' ? clause : `${text}. ${clause}`;
    if (longer.length > LONGEST) break;
    text = longer;
  }
  return text;
};

/** What happened around a room's move: the context first, then what else changed strongly. Never a cause. */
export const contextSentence = (compare: Compare, style: ValueStyle): string => {
  const { headline, metrics } = compare;
  const first = headline === undefined ? undefined : contextOf(headline, style);
  const told = headlineMetric(compare);
  const others = (['online', 'product_clicks', 'ctr', 'ctor', 'gmv'] as const).flatMap((id) => {
    const held = metrics[id];
    if (id === told || held?.signal === undefined || held.signal === 'quiet') return [];
    return [`${changedLabel(id)} ${changeOf(held, metric(id).better, style.locale).text}`];
  });
  const clauses = [...(first === undefined ? [] : [first]), ...others];
  if (clauses.length > 0) return joinClauses(clauses);
  // Nothing else is beyond noise: the next of the terms that the pulse is made of.
  const next = termsTowards(compare).find((id) => id !== told);
  const held = next === undefined ? undefined : metrics[next];
  return next === undefined || held === undefined
    ? ''
    : `${changedLabel(next)} ${changeOf(held, metric(next).better, style.locale).text}`;
};
