import type { Random } from '../random.ts';
import type { Scripted } from './adversary.ts';
import type { Role } from './roles.ts';
import { createTraffic } from './traffic.ts';

const MINUTE_MS = 60_000;

interface Span {
  start: number;
  stop: number;
  perMinute: number;
}

/** Everything one room sends, in any order; its role decides when it starts, ends, sleeps and how late it is. */
export function scriptRoom(role: Role, random: Random, { start, stop, perMinute }: Span): Scripted[] {
  const out: Scripted[] = [];
  const length = stop - start;
  const at = (share: number): number => start + Math.floor(length * share);
  const draw = createTraffic(random, { snapshots: role !== 'no_snapshots', huge: role === 'huge_sums' });

  const started = (ts: number, more: Partial<Scripted> = {}, fields: Record<string, unknown> = {}): void => {
    out.push({
      type: 'room.started',
      ts,
      delay: 0,
      ...more,
      body: {
        account_id: 'acct-adv',
        handle: '@adversary',
        name: 'Adversary',
        avatar_url: null,
        title: 'Bad weather live',
        currency: 'IDR',
        timezone: 'Asia/Jakarta',
        ...fields,
      },
    });
  };
  const ended = (ts: number, more: Partial<Scripted> = {}): void => {
    out.push({ type: 'room.ended', ts, delay: 0, ...more, body: random.chance(0.5) ? { reason: 'host_left' } : {} });
  };
  /** Events of [from, to); a few exactly on a minute's first or last millisecond. */
  const busy = (from: number, to: number, delay?: () => number): void => {
    const n = random.poisson((perMinute * (to - from)) / MINUTE_MS);
    for (let i = 0; i < n; i++) {
      let ts = from + random.int(Math.max(1, to - from));
      if (random.chance(0.03)) ts = Math.max(from, Math.floor(ts / MINUTE_MS) * MINUTE_MS - random.int(2));
      out.push({ ...draw(), ts, ...(delay === undefined ? {} : { delay: delay() }) });
    }
  };

  switch (role) {
    case 'no_start':
      busy(at(0), at(0.8));
      break;
    case 'start_in_the_middle':
      busy(at(0), at(1));
      started(at(0.4) + 300);
      break;
    case 'start_arrives_late':
      busy(at(0.05), at(0.9));
      started(at(0.03), { delay: 400_000 });
      ended(at(0.9));
      break;
    case 'start_within_grace':
      busy(at(0.1), at(0.9));
      // Read after the events it precedes and follows, while their minute is still open.
      started(at(0.1) + 20_000, { delay: 70_000 });
      ended(at(0.9) - 20_000, { delay: 50_000 });
      break;
    case 'ended_then_events':
      started(at(0));
      busy(at(0), at(0.5));
      ended(at(0.5));
      busy(at(0.5), at(0.9));
      break;
    case 'restarts':
      for (const [from, to] of [
        [0, 0.2],
        [0.25, 0.3],
        [0.3, 0.31],
        [0.5, 0.8],
      ] as const) {
        started(at(from), random.chance(0.3) ? { delay: random.int(150_000) } : {});
        busy(at(from), at(to));
        ended(at(to), random.chance(0.3) ? { delay: random.int(150_000) } : {});
      }
      started(at(0.8), { delay: 10 });
      started(at(0.85));
      busy(at(0.8), at(0.95));
      break;
    case 'sleeper':
      started(at(0) + 1_234);
      busy(at(0), at(0) + 3 * MINUTE_MS);
      if (length >= 16 * MINUTE_MS) busy(start + 14.5 * MINUTE_MS, stop, () => random.int(90_000));
      break;
    case 'only_late':
      started(at(0), { delay: 200_000 });
      busy(at(0), at(0.7), () => 190_000 + random.int(60_000));
      ended(at(0.7), { delay: 250_000 });
      break;
    case 'two_currencies':
      started(at(0), {}, { currency: 'SGD', event_types: ['viewer.entered', 'order.paid', 'constructor'] });
      busy(at(0), at(1));
      started(at(0.3), {}, { currency: 'MYR', account_id: 'acct-other' });
      started(at(0.2), { delay: 300_000 }, { currency: 'THB', event_types: ['share.sent'] });
      break;
    case 'events_before_start':
      busy(at(0), at(0.3));
      started(at(0.1) + 59_999, { delay: 0 });
      busy(at(0.3), at(0.95));
      ended(at(0.95));
      break;
    case 'end_arrives_late':
      started(at(0));
      busy(at(0), at(0.6));
      ended(at(0.4), { delay: 10 });
      ended(at(0.62), { delay: 260_000 });
      break;
    case 'renamed':
      started(at(0));
      started(at(0.5), { delay: 5 }, { name: 'Second name 😀', title: '' });
      started(at(0.4), { delay: 100_000 }, { name: 'Older name, read later' });
      busy(at(0), at(1));
      break;
    default:
      started(at(0));
      busy(at(0), at(0.97));
      ended(at(0.97));
  }
  return out;
}
