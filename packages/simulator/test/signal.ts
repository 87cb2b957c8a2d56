import type { SimEvent } from '../src/index.ts';

/** One minute of a room, counted the simplest possible way. Only for rooms whose every order has its events once. */
export interface MinuteCount {
  gmv: number;
  paid: number;
  clicks: number;
  views: number;
  onlineSum: number;
}

const MINUTE_MS = 60_000;

/** Minute counts since `start` (which should lie on a minute); online from entries and exits, once a second. */
export function countMinutes(events: readonly SimEvent[], start: number): MinuteCount[] {
  const rows: MinuteCount[] = [];
  const row = (ts: number): MinuteCount => {
    const i = Math.floor((ts - start) / MINUTE_MS);
    while (rows.length <= i) rows.push({ gmv: 0, paid: 0, clicks: 0, views: 0, onlineSum: 0 });
    return rows[i] as MinuteCount;
  };
  let online = 0;
  let second = start + 1000;
  for (const event of events) {
    for (; second <= event.ts; second += 1000) row(second - 1000).onlineSum += online;
    const now = row(event.ts);
    if (event.type === 'viewer.entered') {
      now.views++;
      online++;
    } else if (event.type === 'viewer.left') online--;
    else if (event.type === 'product.clicked') now.clicks++;
    else if (event.type === 'order.paid') {
      const keys = new Set(event.items.map((i) => i.line_id ?? `${i.product_id}/${i.sku_id ?? ''}`));
      now.paid += keys.size;
      for (const item of event.items) now.gmv += item.amount_minor;
    }
  }
  return rows;
}

const clamp = (x: number): number => Math.max(-1, Math.min(1, x));

/** Pulse of minute `m` against the five minutes before it, straight from its definition. */
export function pulseOf(rows: readonly MinuteCount[], m: number): number {
  const now = rows[m] as MinuteCount;
  const base = rows.slice(Math.max(0, m - 5), m);
  const n = base.length;
  const sum = (f: (row: MinuteCount) => number): number => base.reduce((total, row) => total + f(row), 0);
  const counter = (x: number, b: number): number => (x - b) / Math.sqrt(Math.max(b, 1) * (1 + 1 / n));
  const term = (weight: number, delta: number, z: number): number =>
    weight * clamp(delta) * Math.min(1, Math.abs(z) / 2);

  const gmvBase = sum((r) => r.gmv) / n;
  const paidZ = counter(now.paid, sum((r) => r.paid) / n);
  const gmvDelta = (now.gmv - gmvBase) / gmvBase;
  const clicksBase = sum((r) => r.clicks) / n;
  const onlineBase = sum((r) => r.onlineSum) / 60 / n;
  const online = now.onlineSum / 60;
  const ratio = sum((r) => r.paid) / sum((r) => r.clicks);
  const expectedPaid = ratio * now.clicks;
  const ctorZ =
    (now.paid - expectedPaid) / Math.sqrt(Math.max(expectedPaid, 1) * (1 + now.clicks / sum((r) => r.clicks)));
  return (
    (Math.sign(paidZ) === Math.sign(gmvDelta) ? term(0.4, gmvDelta, paidZ) : 0) +
    term(0.25, (online - onlineBase) / onlineBase, (online - onlineBase) / (1.8 * Math.sqrt(Math.max(onlineBase, 1)))) +
    term(0.2, (now.clicks - clicksBase) / clicksBase, counter(now.clicks, clicksBase)) +
    term(0.15, (now.paid / now.clicks - ratio) / ratio, ctorZ)
  );
}

export type State = 'warming_up' | 'trouble' | 'peak' | 'watch' | 'steady';

/** States minute by minute; a state is left only after two closed minutes outside it. */
export function statesOf(rows: readonly MinuteCount[]): { pulse: number; state: State }[] {
  const out: { pulse: number; state: State }[] = [];
  let held: State = 'steady';
  let outside = 0;
  for (let m = 0; m < rows.length; m++) {
    if (m < 10) {
      out.push({ pulse: m === 0 ? 0 : pulseOf(rows, m), state: 'warming_up' });
      continue;
    }
    const pulse = pulseOf(rows, m);
    const before = out[m - 1]?.pulse ?? 0;
    const last = rows.slice(Math.max(0, m - 60), m);
    const now = rows[m] as MinuteCount;
    const record = last.every((r) => r.gmv < now.gmv) || last.every((r) => r.onlineSum < now.onlineSum);
    let raw: State = 'steady';
    if (pulse <= -0.25 || (pulse <= -0.15 && before <= -0.15)) raw = 'trouble';
    else if (pulse >= 0.25 && record) raw = 'peak';
    else if (pulse <= -0.15) raw = 'watch';
    const rank = (s: State): number => ['trouble', 'peak', 'watch', 'steady'].indexOf(s);
    outside = raw === held ? 0 : outside + 1;
    if (rank(raw) < rank(held) || outside >= 2) {
      held = raw;
      outside = 0;
    }
    out.push({ pulse, state: held });
  }
  return out;
}
