import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** One number of a bench: the median of its runs, with the lowest and the highest. */
export interface Figure {
  readonly value: number;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

export interface Ratio {
  readonly value: number;
  readonly of: string;
  readonly over: string;
  readonly min: number;
  readonly max: number;
}

export interface Report {
  readonly v: 1;
  readonly bench: string;
  readonly at: string;
  readonly machine: Readonly<Record<string, string | number | null>>;
  readonly params: Readonly<Record<string, string | number>>;
  readonly figures: Readonly<Record<string, Figure>>;
  readonly ratios: Readonly<Record<string, Ratio>>;
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
};

export const figureOf = (values: readonly number[], unit: string): Figure => ({
  value: median(values),
  unit,
  min: Math.min(...values),
  max: Math.max(...values),
  runs: values.length,
});

/** Ratios are taken run by run, so that what disturbs the machine disturbs both sides. */
export const ratioOf = (of: string, values: readonly number[], over: string, bases: readonly number[]): Ratio => {
  const ratios = values.map((value, i) => value / (bases[i] ?? Number.NaN));
  return { value: median(ratios), of, over, min: Math.min(...ratios), max: Math.max(...ratios) };
};

/** The value that a share `p` of them does not exceed (nearest rank); NaN of none. */
export const percentile = (values: readonly number[], p: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)] ?? Number.NaN;
};

const versionOf = (command: string, ...args: string[]): string | null => {
  try {
    return /\d+\.\d+(\.\d+)?/.exec(execFileSync(command, args, { encoding: 'utf8' }))?.[0] ?? null;
  } catch {
    return null;
  }
};

export const machineOf = (kafka: string): Report['machine'] => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memory_gib: Math.round(totalmem() / 2 ** 30),
  node: process.versions.node,
  kafka,
  redis: versionOf('redis-server', '--version'),
  clickhouse: null,
});

const short = (n: number): string => (n >= 1_000 ? Math.round(n).toLocaleString('en') : n.toPrecision(3));

/** Prints the table, and writes the file where one is asked for. */
export const publish = (report: Report, out: string | undefined): void => {
  const { machine, params, figures, ratios } = report;
  console.log(`\n${report.bench} on ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`);
  console.log(
    `  ${Object.entries(params)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
  );
  for (const [name, { value, unit, min, max, runs }] of Object.entries(figures))
    console.log(`  ${name.padEnd(42)} ${short(value)} ${unit}   (${short(min)}..${short(max)} of ${runs})`);
  for (const [name, { value, min, max }] of Object.entries(ratios))
    console.log(`  ${name.padEnd(42)} ${value.toFixed(2)}   (${min.toFixed(2)}..${max.toFixed(2)})`);
  if (out !== undefined) writeFileSync(out, `${JSON.stringify(report, null, 2)}\n`);
};
