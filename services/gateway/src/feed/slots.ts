import type { Lease, LeaseHolder, Taken } from '@liveboard/live-store';
import type { BootGuard } from './boot-guard.ts';

/** Metrics stop when the lease was not renewed for so long: by then others may have taken its rooms. */
const LEASE_SILENCE_MS = 28_000;

export type SlotAnswer =
  | { readonly kind: 'ok' }
  | { readonly kind: 'limit'; readonly held: readonly string[] }
  | { readonly kind: 'not_held' }
  | { readonly kind: 'later'; readonly retryMs: number }
  | { readonly kind: 'stolen' };

/** One connection's part of its partner's five rooms. Rejects when Redis is away. */
export interface Slots {
  take(room: string): Promise<SlotAnswer>;
  swap(from: string, to: string): Promise<SlotAnswer>;
  /** Rooms that could not be kept. */
  renew(): Promise<{ readonly kind: 'ok'; readonly lost: readonly string[] } | { readonly kind: 'stolen' }>;
  drop(room: string): Promise<void>;
  holds(room: string): boolean;
  /** Gives everything back: the client left for good. */
  leave(): Promise<void>;
  /** True where the lease may have run out meanwhile, by the process's own steady clock. */
  isSilent(): boolean;
}

/** `now` is steady (never set back), ms. */
export const createSlots = (lease: Lease, guard: BootGuard, holder: LeaseHolder, now: () => number): Slots => {
  const held = new Set<string>();
  let renewedAt = now();

  const attached = async (call: () => Promise<Taken>): Promise<Taken> => {
    const answer = await call();
    if (answer.kind !== 'UNKNOWN') return answer;
    await lease.attach(holder, true);
    return call();
  };
  const plain = (answer: Taken): SlotAnswer => {
    switch (answer.kind) {
      case 'OK':
        return { kind: 'ok' };
      case 'ROOM_LIMIT':
        return { kind: 'limit', held: answer.held };
      case 'NOT_HELD':
        return { kind: 'not_held' };
      default:
        return { kind: 'stolen' };
    }
  };

  return {
    take: async (room) => {
      const retryMs = await guard.check();
      if (retryMs > 0 && !held.has(room)) return { kind: 'later', retryMs };
      const answer = plain(await attached(() => lease.take(holder, room)));
      if (answer.kind === 'ok') held.add(room);
      return answer;
    },
    swap: async (from, to) => {
      const retryMs = await guard.check();
      if (retryMs > 0) return { kind: 'later', retryMs };
      const answer = plain(await attached(() => lease.swap(holder, from, to)));
      if (answer.kind === 'ok') {
        held.delete(from);
        held.add(to);
      }
      return answer;
    },
    renew: async () => {
      const asked = now();
      await guard.check();
      const answer = await lease.renew(holder, [...held]);
      if (answer.kind === 'STOLEN') return { kind: 'stolen' };
      renewedAt = asked;
      for (const room of answer.lost) held.delete(room);
      return { kind: 'ok', lost: answer.lost };
    },
    drop: async (room) => {
      held.delete(room);
      await lease.drop(holder, room);
    },
    holds: (room) => held.has(room),
    leave: async () => {
      held.clear();
      await lease.detach(holder);
    },
    isSilent: () => held.size > 0 && now() - renewedAt > LEASE_SILENCE_MS,
  };
};

/** Hosts and operators use no slots: everything is theirs to take. */
export const createFreeSlots = (): Slots => ({
  take: () => Promise.resolve({ kind: 'ok' }),
  swap: () => Promise.resolve({ kind: 'ok' }),
  renew: () => Promise.resolve({ kind: 'ok', lost: [] }),
  drop: () => Promise.resolve(),
  holds: () => true,
  leave: () => Promise.resolve(),
  isSilent: () => false,
});
