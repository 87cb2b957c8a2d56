import { describe, expect, it } from 'vitest';
import { createLife, minuteInLife, noteActivity, viewLife } from '../src/life.ts';

const M = 60_000;
const T = Date.UTC(2026, 0, 1);

describe('life of a room', () => {
  it('opens an implicit span at the smallest time and falls silent ten minutes past the last active minute', () => {
    const life = createLife();
    noteActivity(life, T + 20_000, 1);
    noteActivity(life, T + 5_000, 2);
    expect(viewLife(life, T + 30_000).last).toMatchObject({ open: T + 5_000, implicit: true });
    expect(viewLife(life, T + 11 * M - 1).last?.close).toBeUndefined();
    expect(viewLife(life, T + 11 * M).last).toMatchObject({ close: T + 11 * M, reason: 'silent' });
  });

  it('lets a start that may replace the implicit span take its place', () => {
    const life = createLife();
    noteActivity(life, T + 5_000, 1);
    life.points.push({ ts: T + 9_000, offset: 2, started: true, finalBefore: T });
    const view = viewLife(life, T + 10_000);
    expect(view.first).toBe(T + 9_000);
    expect(view.spans).toHaveLength(1);
  });

  it('opens nothing but by a start after an end', () => {
    const life = createLife();
    life.points.push({ ts: T, offset: 1, started: true, finalBefore: T });
    life.points.push({ ts: T + 1_000, offset: 2, started: false });
    noteActivity(life, T + 2_000, 3);
    expect(viewLife(life, T + 3_000).last).toMatchObject({ open: T, close: T + 1_000 });
  });

  it('takes two spans that touch as one whole minute', () => {
    const spans = [
      { open: T, close: T + 30_000, implicit: false },
      { open: T + 30_000, implicit: false },
    ];
    expect(minuteInLife(spans, T)).toEqual({ inLife: true, whole: true });
    expect(minuteInLife([{ open: T + 300, implicit: false }], T)).toEqual({ inLife: true, whole: false });
  });
});
