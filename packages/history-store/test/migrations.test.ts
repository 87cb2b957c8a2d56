import { expect, it } from 'vitest';
import { hashOf, MIGRATIONS, planMigrations } from '../src/migrations.ts';

const known = [
  { name: '0001_a', sql: 'A' },
  { name: '0002_b', sql: 'B' },
];
const applied = (name: string, sql: string) => ({ name, hash: hashOf(sql) });

it('applies what was not applied yet, in order', () => {
  expect(planMigrations(known, [])).toEqual({ kind: 'apply', migrations: known });
  expect(planMigrations(known, [applied('0001_a', 'A')])).toEqual({ kind: 'apply', migrations: known.slice(1) });
  expect(planMigrations(known, [applied('0001_a', 'A'), applied('0002_b', 'B'), applied('0003_c', 'C')])).toEqual({
    kind: 'apply',
    migrations: [],
  });
});

it('refuses where the text of an applied one has changed, or one was put before it', () => {
  expect(planMigrations(known, [applied('0001_a', 'other')])).toEqual({
    kind: 'refused',
    why: expect.stringContaining('0001_a was applied with another text'),
  });
  expect(planMigrations(known, [applied('0002_b', 'B')])).toEqual({
    kind: 'refused',
    why: expect.stringContaining('0001_a comes before 0002_b'),
  });
});

it('has its files in order, each a statement that may run twice', () => {
  expect(MIGRATIONS.map(({ name }) => name)).toEqual([...MIGRATIONS.map(({ name }) => name)].sort());
  for (const { name, sql } of MIGRATIONS) {
    expect(name).toMatch(/^\d{4}_[a-z_]+$/);
    expect(sql).toContain(`CREATE TABLE IF NOT EXISTS ${name.slice(5)} (`);
    expect(sql.replace(/^--.*$/gm, '')).not.toContain(';');
  }
});
