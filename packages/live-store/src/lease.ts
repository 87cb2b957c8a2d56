import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import bootLua from './lua/boot.lua';
import leaseLua from './lua/lease.lua';

/** How long a member lives without a renewal, ms; renewed every third of it. */
export const LEASE_TTL_MS = 30_000;
/** After Redis lost its data, nobody takes a new room for so long: every gateway registers first what it holds. */
export const BOOT_HOLD_MS = 12_000;

/** A session as one connection of one gateway holds it. */
export interface LeaseHolder {
  readonly partner_id: string;
  readonly session: string;
  /** Gateway and counter: only the connection attached last may speak for the session. */
  readonly conn: string;
  readonly sub: string;
  readonly name: string;
}

export type Attach =
  | { readonly kind: 'NEW' | 'FOREIGN' }
  | { readonly kind: 'RESUMED'; readonly held: readonly string[] };
export type Taken =
  | { readonly kind: 'OK'; readonly slot: number }
  | { readonly kind: 'ROOM_LIMIT'; readonly held: readonly string[] }
  | { readonly kind: 'STOLEN' | 'UNKNOWN' | 'NOT_HELD' };
export type Renewed = { readonly kind: 'OK'; readonly lost: readonly string[] } | { readonly kind: 'STOLEN' };

export interface LeaseMember {
  readonly room_id: string;
  readonly session: string;
  readonly slot: number;
  readonly slot_since: number;
  readonly sub: string;
  readonly name: string;
  readonly since: number;
}

/** The five-room lease. Every call is one script in Redis, by the server's clock. Rejects when Redis is away. */
export interface Lease {
  /** `create`: an unknown session is made. Members of a resumed one are extended. */
  attach(holder: LeaseHolder, create: boolean): Promise<Attach>;
  take(holder: LeaseHolder, room: string): Promise<Taken>;
  swap(holder: LeaseHolder, from: string, to: string): Promise<Taken>;
  renew(holder: LeaseHolder, rooms: readonly string[]): Promise<Renewed>;
  drop(holder: LeaseHolder, room: string): Promise<void>;
  detach(holder: LeaseHolder): Promise<void>;
  list(partnerId: string): Promise<readonly LeaseMember[]>;
  /** The sharded channel that tells where a partner's sessions were attached; read its messages with `readMoved`. */
  channel(partnerId: string): string;
  /** This life of Redis' data, and for how many ms from now new rooms are refused because it is young. */
  boot(): Promise<{ readonly id: string; readonly holdMs: number }>;
}

/** A session and the connection that it obeys from now on. */
export const readMoved = (message: string): { readonly session: string; readonly conn: string } => {
  const [session = '', conn = ''] = message.split('|');
  return { session, conn };
};

export const newSession = (): string => randomBytes(16).toString('hex');

export const createLease = (
  redis: Redis,
  keys: Keys,
  { cap, ttlMs = LEASE_TTL_MS, holdMs = BOOT_HOLD_MS }: { cap: number; ttlMs?: number; holdMs?: number },
): Lease => {
  const call = async (op: string, partner: string, session: string, conn: string, ...rest: string[]) => {
    const names = keys.lease(partner);
    const { rooms, sessions, moved } = names;
    const reply = await redis.eval(leaseLua, 3, rooms, sessions, moved, op, ttlMs, cap, session, conn, ...rest);
    const [kind = '', ...items] = reply as string[];
    return { kind, items };
  };
  const by = (op: string, { partner_id, session, conn }: LeaseHolder, ...rest: string[]) =>
    call(op, partner_id, session, conn, ...rest);
  const taken = ({ kind, items }: { kind: string; items: string[] }): Taken => {
    if (kind === 'OK') return { kind, slot: Number(items[0]) };
    if (kind === 'ROOM_LIMIT') return { kind, held: items };
    return { kind: kind as 'STOLEN' | 'UNKNOWN' | 'NOT_HELD' };
  };
  return {
    attach: async (holder, create) => {
      const { kind, items } = await by('attach', holder, holder.sub, holder.name, create ? '1' : '0');
      return kind === 'RESUMED' ? { kind, held: items } : { kind: kind as 'NEW' | 'FOREIGN' };
    },
    take: async (holder, room) => taken(await by('take', holder, room)),
    swap: async (holder, from, to) => taken(await by('swap', holder, from, to)),
    renew: async (holder, rooms) => {
      const { kind, items } = await by('renew', holder, holder.sub, holder.name, ...rooms);
      return kind === 'OK' ? { kind, lost: items } : { kind: 'STOLEN' };
    },
    drop: async (holder, room) => {
      await by('drop', holder, room);
    },
    detach: async (holder) => {
      await by('detach', holder);
    },
    list: async (partnerId) =>
      (await call('list', partnerId, '', '')).items.map((line) => {
        const [room_id, session, slot, sub, name, since] = JSON.parse(line) as [
          string,
          string,
          string,
          string,
          string,
          string,
        ];
        const [n = '0', slotSince = '0'] = slot.split('|');
        return { room_id, session, slot: Number(n), slot_since: Number(slotSince), sub, name, since: Number(since) };
      }),
    channel: (partnerId) => keys.lease(partnerId).moved,
    boot: async () => {
      const [id, now] = (await redis.eval(bootLua, 1, keys.boot, newSession())) as [string, string];
      const born = Number(id.slice(id.lastIndexOf(':') + 1));
      return { id, holdMs: Math.max(0, born + holdMs - Number(now)) };
    },
  };
};
