import { createHash } from 'node:crypto';
import type { HistoryClient } from './client.ts';
import events from './sql/0001_events.sql';
import minutes from './sql/0002_minutes.sql';
import minuteVersions from './sql/0003_minute_versions.sql';
import productMinutes from './sql/0004_product_minutes.sql';
import rooms from './sql/0005_rooms.sql';
import guidance from './sql/0006_guidance.sql';
import quarantine from './sql/0007_quarantine.sql';
import recorded from './sql/migrations.sql';
import { toDateTime } from './time.ts';

/** One step forward: one statement, which may run twice. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  { name: '0001_events', sql: events },
  { name: '0002_minutes', sql: minutes },
  { name: '0003_minute_versions', sql: minuteVersions },
  { name: '0004_product_minutes', sql: productMinutes },
  { name: '0005_rooms', sql: rooms },
  { name: '0006_guidance', sql: guidance },
  { name: '0007_quarantine', sql: quarantine },
];

export interface Applied {
  readonly name: string;
  readonly hash: string;
}

export type Plan =
  | { readonly kind: 'apply'; readonly migrations: readonly Migration[] }
  | { readonly kind: 'refused'; readonly why: string };

export const hashOf = (sql: string): string => createHash('sha256').update(sql).digest('hex');

/** What is still to be done. Those of a newer program are no affair of this one. */
export const planMigrations = (known: readonly Migration[], applied: readonly Applied[]): Plan => {
  const held = new Map(applied.map(({ name, hash }) => [name, hash]));
  const changed = known.find(({ name, sql }) => held.has(name) && held.get(name) !== hashOf(sql));
  if (changed !== undefined)
    return {
      kind: 'refused',
      why: `the migration ${changed.name} was applied with another text: put it back and write a new one`,
    };
  const open = known.filter(({ name }) => !held.has(name));
  const last = known.findLast(({ name }) => held.has(name));
  const early = open.find(({ name }) => last !== undefined && name < last.name);
  if (early !== undefined)
    return {
      kind: 'refused',
      why: `the migration ${early.name} comes before ${last?.name}, which was applied already`,
    };
  return { kind: 'apply', migrations: open };
};

/**
 * Brings the database to the newest form. Several may do so at once: each statement may run twice.
 * Rejects where the server does not answer.
 */
export const migrate = async (client: HistoryClient, known: readonly Migration[] = MIGRATIONS): Promise<Plan> => {
  await client.createDatabase();
  await client.command(recorded);
  const applied = await client.query<Applied>('SELECT name, hash FROM migrations FINAL ORDER BY name');
  const plan = planMigrations(known, applied);
  if (plan.kind === 'refused') return plan;
  for (const { name, sql } of plan.migrations) {
    await client.command(sql);
    await client.command(
      'INSERT INTO migrations (name, hash, applied_at) VALUES ({name: String}, {hash: String}, {at: String})',
      { name, hash: hashOf(sql), at: toDateTime(Date.now()) },
    );
  }
  return plan;
};
