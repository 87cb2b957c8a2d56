import { CATALOGUE, type Metric, type MetricKind } from '../../packages/contracts/src/index.ts';
import { code, codes, generated, table } from './markdown.ts';

const KINDS: Record<MetricKind, { readonly title: string; readonly says: string }> = {
  counter: { title: 'Counters', says: 'They add up over minutes and rooms.' },
  unique: {
    title: 'Uniques',
    says: 'Distinct ids of a minute or of the room. They do not add up and are never summed.',
  },
  gauge: { title: 'Gauges', says: 'Levels, sampled each second: mean, last and maximum of a minute.' },
  ratio: {
    title: 'Ratios',
    says: 'Two counts, divided where the ratio is shown; the quotient is never stored. Not available where the denominator is 0. A ratio may exceed 1.',
  },
};

const UNITS: Record<Metric['unit'], string> = {
  money: 'minor units of the currency',
  money_per_event: 'minor units of the currency, each',
  count: 'a number',
  ms: 'ms',
  ms_per_event: 'ms, each',
  share: 'a share',
};

const BETTER: Record<Metric['better'], string> = { up: 'more', down: 'less', none: '–' };

const needs = ({ all, any }: Metric['needs']): string =>
  [all === undefined ? '' : codes(all), any === undefined ? '' : `any of ${codes(any)}`].filter(Boolean).join(', ');

const formula = ({ formula: of }: Metric): string =>
  of === undefined ? '' : code(`${of.num} / ${of.den}${of.factor === 1 ? '' : ` * ${of.factor}`}`);

const row = (metric: Metric): string[] => [
  code(metric.id),
  metric.label,
  [metric.definition, formula(metric)].filter(Boolean).join(' '),
  UNITS[metric.unit],
  BETTER[metric.better],
  needs(metric.needs),
];

const section = (kind: MetricKind): string => `## ${KINDS[kind].title}

${KINDS[kind].says}

${table(
  ['id', 'label', 'definition', 'unit', 'good news', 'needs'],
  CATALOGUE.filter((metric) => metric.kind === kind).map(row),
)}`;

/** `docs/metrics.md`: the catalogue. */
export const metricsPage = (): string => `${generated('packages/contracts/src/metrics.ts')}

# Metrics

A thing counts in the minute of its own \`ts\` (UTC, half-open). A metric whose event types a room's source neither declared nor sent is **not
available** for that room: it is absent, never 0. Stored numbers are integers; sums stop at 2^53 - 1. A SKU order is one line of an order.

${(Object.keys(KINDS) as MetricKind[]).map(section).join('\n\n')}
`;
