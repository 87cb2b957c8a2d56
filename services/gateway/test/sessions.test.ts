import type { Attach, Lease, Subscriber } from '@liveboard/live-store';
import { describe, expect, it } from 'vitest';
import type { BootGuard } from '../src/feed/boot-guard.ts';
import { createSessions } from '../src/feed/sessions.ts';
import type { Verified } from '../src/tokens.ts';
import { settle } from './fakes.ts';

const PRINCIPAL: Verified = { sub: 's', role: 'partner', partner_id: 'p', issuedAt: 0, expiresAt: 1e12 };
const CHANNEL = 'moved p';

/** A subscriber whose subscriptions stand when the test says so, and a lease that knows every session. */
const create = () => {
  const takers = new Map<string, (message: string) => void>();
  const pending: { readonly stand: () => void; readonly fail: () => void }[] = [];
  const subscriber: Subscriber = {
    add: (channel, take) =>
      new Promise((resolve, reject) => {
        const stand = (): void => {
          takers.set(channel, take);
          resolve();
        };
        pending.push({ stand, fail: () => reject(new Error('away')) });
      }),
    remove: async (channel) => void takers.delete(channel),
  };
  let attached = 0;
  const lease = {
    channel: () => CHANNEL,
    attach: (): Promise<Attach> => {
      attached++;
      return Promise.resolve({ kind: 'RESUMED', held: [] });
    },
  } as unknown as Lease;
  const guard: BootGuard = { holdMs: () => Promise.resolve(0) } as unknown as BootGuard;
  const sessions = createSessions({ lease, subscriber, guard, gatewayId: 'g', steadyNow: () => 0 });
  const moved: string[] = [];
  return {
    pending,
    moved,
    attached: () => attached,
    open: (session: string) => sessions.open(PRINCIPAL, session, () => moved.push(session)),
    publish: (message: string) => takers.get(CHANNEL)?.(message),
    follows: () => takers.has(CHANNEL),
  };
};

describe('a partner’s sessions', () => {
  it('are attached when it is told where they move, not before', async () => {
    const { pending, moved, attached, open, publish, follows } = create();
    const first = open('a');
    const second = open('b');
    await settle();
    expect(attached()).toBe(0);
    expect(pending).toHaveLength(1);
    pending[0]?.stand();
    const [one, two] = await Promise.all([first, second]);
    publish('b|elsewhere.1');
    expect(moved).toEqual(['b']);
    one.close();
    expect(follows()).toBe(true);
    two.close();
    expect(follows()).toBe(false);
  });

  it('subscribe again after that failed, also where another connection waits', async () => {
    const { pending, moved, open, publish } = create();
    const first = open('a').then(
      () => 'open',
      () => 'refused',
    );
    const second = open('b').then(
      () => 'open',
      () => 'refused',
    );
    await settle();
    pending[0]?.fail();
    expect(await Promise.all([first, second])).toEqual(['refused', 'refused']);
    const third = open('c');
    await settle();
    pending[1]?.stand();
    await third;
    publish('c|elsewhere.1');
    expect(moved).toEqual(['c']);
  });
});
