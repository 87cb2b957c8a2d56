import { createDirectory, type Directory, type DirectoryRecord } from '@liveboard/access';
import type { RoomInfo, ServerMessage } from '@liveboard/contracts';
import type { PartitionMeta, RoomStore, StoredRoom, Subscriber } from '@liveboard/live-store';
import { pino } from 'pino';
import { createHub } from '../src/feed/hub.ts';
import type { SlotAnswer, Slots } from '../src/feed/slots.ts';

export const log = pino({ level: 'silent' });

/** A store that is a map, and the channels that belong to it. Reads resolve after `delay` turns. */
export const createFakeStore = () => {
  const rooms = new Map<string, StoredRoom>();
  const takers = new Map<string, (message: string) => void>();
  const state = { delay: 0, flushedAt: 0, now: 0, fails: false };
  const wait = async (): Promise<void> => {
    for (let n = 0; n < state.delay; n++) await Promise.resolve();
    if (state.fails) throw new Error('away');
  };
  const store: RoomStore = {
    read: async (roomId) => {
      await wait();
      return rooms.get(roomId);
    },
    info: async (roomId) => {
      await wait();
      return rooms.get(roomId)?.live.room;
    },
    positions: async (ids) => {
      await wait();
      return ids.map((id) => {
        const room = rooms.get(id);
        return room === undefined ? undefined : { rev: room.rev, generation: room.generation };
      });
    },
    cards: () => Promise.resolve(new Map()),
    metas: async () => {
      await wait();
      const meta: PartitionMeta = { partition: 0, flushed_at: state.flushedAt };
      return { now: state.now, metas: [meta] };
    },
    channel: (roomId) => roomId,
  };
  const subscriber: Subscriber = {
    add: async (channel, take) => void takers.set(channel, take),
    remove: async (channel) => void takers.delete(channel),
  };
  const polled: boolean[] = [];
  const hub = createHub({ store, subscriber, partitionOf: () => 0, onPolled: (ok) => polled.push(ok), log });
  return {
    state,
    rooms,
    store,
    subscriber,
    hub,
    polled,
    publish: (roomId: string, message: object | string): void =>
      takers.get(roomId)?.(typeof message === 'string' ? message : JSON.stringify(message)),
  };
};
export type FakeStore = ReturnType<typeof createFakeStore>;

export const storedRoom = (roomId: string, rev: number, info: Partial<RoomInfo> = {}): StoredRoom => ({
  generation: 1,
  rev,
  live: {
    room: { room_id: roomId, account_id: 'acct', totals_from: 0, status: 'live', available: [], ...info },
    health: { stream_time: 0, counted: rev, late: 0, duplicates: 0, last_event_at: 0 },
  },
  products: [],
  sources: [],
  catalog: [],
  markers: [],
  comments: [],
  minutes: [],
});

/** A socket that keeps what it is sent. */
export const createFakeWire = () => {
  const wire = {
    bufferedAmount: 0,
    frames: [] as ServerMessage[][],
    closed: undefined as number | undefined,
    pings: 0,
    send: (text: string): void => void wire.frames.push(JSON.parse(text) as ServerMessage[]),
    close: (code: number): void => {
      wire.closed = code;
    },
    ping: (): void => {
      wire.pings++;
    },
    /** Everything sent since the last call. */
    take: (): ServerMessage[] => wire.frames.splice(0).flat(),
  };
  return wire;
};

/** Slots that answer as they are told. */
export const createFakeSlots = () => {
  const held = new Set<string>();
  const fake = {
    held,
    silent: false,
    next: undefined as SlotAnswer | undefined,
    lost: [] as string[],
    /** Runs while the lease is asked. */
    during: async (): Promise<void> => undefined,
  };
  const ask = async (then: () => void): Promise<SlotAnswer> => {
    await fake.during();
    const answer = fake.next ?? { kind: 'ok' };
    fake.next = undefined;
    if (answer.kind === 'ok') then();
    return answer;
  };
  const slots: Slots = {
    take: (room) => ask(() => void held.add(room)),
    swap: (from, to) =>
      ask(() => {
        held.delete(from);
        held.add(to);
      }),
    renew: async () => {
      for (const room of fake.lost) held.delete(room);
      return { kind: 'ok', lost: fake.lost.splice(0) };
    },
    drop: async (room) => void held.delete(room),
    holds: (room) => held.has(room),
    leave: async () => held.clear(),
    isSilent: () => fake.silent,
  };
  return { fake, slots };
};

const record = (kind: string, id: string, body: object, rev = 1): DirectoryRecord =>
  ({ v: 1, kind, id, rev, by: 'test', body }) as DirectoryRecord;

/** One agency with a contract until `to` for the account `acct`. */
export const createFakeDirectory = (to?: number) => {
  const grant = (state: string, rev: number, scopes = ['live', 'history', 'comments']) =>
    record('authorization', 'p~acct', { partner_id: 'p', account_id: 'acct', state, scopes }, rev);
  const period = { from: 0, ...(to === undefined ? {} : { to }) };
  const directory: Directory = createDirectory([
    record('service_category', 'LIVE', { modules: ['LA'], seller_center: false }),
    record('contract', 'c', { partner_id: 'p', account_id: 'acct', level: 'account', services: ['LIVE'], ...period }),
    grant('granted', 1),
  ]);
  return {
    directory,
    revoke: () => directory.apply(grant('revoked', 2), 0),
    /** Tokens of `s` that were issued before are refused. */
    signOut: (not_before: number) =>
      directory.apply(record('principal', 's', { not_before }, directory.revOf('principal', 's') + 1), 0),
  };
};

/** Lets everything go on that waits for nothing but its turn. */
export const settle = (): Promise<void> => new Promise((done) => setImmediate(done));
