import type { PartitionMeta, RoomStore } from '@liveboard/live-store';
import { describe, expect, it } from 'vitest';
import type { IntakeEvent } from '../src/intake/judge.ts';
import { createOwner } from '../src/intake/owner.ts';

const value = new Uint8Array();
/** `room` or `room>account`, the latter a start. */
const events = (...specs: string[]): IntakeEvent[] =>
  specs.map((spec, index) => {
    const [room_id = '', account_id] = spec.split('>');
    return { index, room_id, value, ...(account_id === undefined ? {} : { account_id }) };
  });

/** Rooms `a1`, `b1` belong to accounts `a`, `b`; `none` has numbers but no account. */
const create = () => {
  const rooms = new Map<string, string | undefined>([
    ['a1', 'a'],
    ['b1', 'b'],
    ['none', undefined],
  ]);
  const claimed = new Map<string, string>();
  const fake = {
    metas: [{ partition: 0, applied: 7 }] as PartitionMeta[],
    youngMs: 0,
    away: false,
    former: new Map([['old', 'b']]),
    askedOf: [] as string[],
  };
  const store = {
    info: async (room_id: string) => {
      if (fake.away) throw new Error('Connection is closed.');
      const account_id = rooms.get(room_id);
      if (!rooms.has(room_id)) return undefined;
      return { room_id, ...(account_id === undefined ? {} : { account_id }) };
    },
    metas: async () => ({ now: 0, metas: fake.metas }),
  } as unknown as RoomStore;
  const claims = {
    claim: async (room: string, account: string) => {
      if (fake.away) throw new Error('Connection is closed.');
      const held = claimed.get(room) ?? account;
      claimed.set(room, held);
      return held;
    },
    holder: async (room: string) => claimed.get(room),
  };
  const owner = createOwner({
    store,
    claims,
    youngMs: async () => fake.youngMs,
    partitionOf: () => 0,
    former: async (rooms) => {
      fake.askedOf.push(...rooms);
      return new Map(rooms.flatMap((room) => (fake.former.has(room) ? [[room, fake.former.get(room) ?? '']] : [])));
    },
  });
  return {
    fake,
    rooms,
    claimed,
    owner,
    /** `theirs`, `unknown`, or the places that are refused with their reasons. */
    ask: async (accounts: readonly string[] | undefined, ...specs: string[]): Promise<string | string[]> => {
      const answer = await owner(accounts === undefined ? {} : { account_ids: accounts }, events(...specs));
      if (answer.kind !== 'refused') return answer.kind;
      return answer.errors.map(({ index, reason, path }) => `${index} ${reason} ${path}`);
    },
  };
};

describe('a service', () => {
  it('writes into rooms of its accounts', async () => {
    const { ask } = create();
    expect(await ask(['a'], 'a1', 'a1>a')).toBe('theirs');
    expect(await ask(['a', 'b'], 'a1', 'b1')).toBe('theirs');
  });

  it('starts no room for an account that it does not have', async () => {
    const { ask, claimed } = create();
    expect(await ask(['a'], 'new>b', 'a1', 'new2>*')).toEqual([
      '0 foreign_account account_id',
      '2 foreign_account account_id',
    ]);
    // Neither a room of its own, whose account would not change by it.
    expect(await ask(['a'], 'a1>b')).toEqual(['0 foreign_account account_id']);
    expect(claimed.size).toBe(0);
  });

  it('writes into no room of another account, even with a start in its own name', async () => {
    const { ask, claimed } = create();
    expect(await ask(['a'], 'a1', 'b1')).toEqual(['1 foreign_room room_id']);
    expect(await ask(['a'], 'b1>a', 'b1')).toEqual(['0 foreign_room room_id', '1 foreign_room room_id']);
    expect(claimed.size).toBe(0);
  });

  it('hears the same of a room that is nobody’s as of another’s', async () => {
    const { owner } = create();
    const about = async (room: string) => owner({ account_ids: ['a'] }, events(room));
    expect(await about('nowhere')).toEqual(await about('b1'));
    expect(await about('none')).toEqual(await about('b1'));
  });

  it('without accounts writes nothing', async () => {
    const { ask } = create();
    for (const accounts of [undefined, [], ['']]) {
      expect(await ask(accounts, 'a1')).toEqual(['0 foreign_room room_id']);
      expect(await ask(accounts, 'none')).toEqual(['0 foreign_room room_id']);
      expect(await ask(accounts, 'new>a')).toEqual(['0 foreign_account account_id']);
    }
  });

  it('of all accounts writes anywhere, Redis there or not', async () => {
    const { ask, fake, claimed } = create();
    expect(await ask(['*'], 'a1', 'b1', 'nowhere', 'new>b')).toBe('theirs');
    expect(claimed.get('new')).toBe('b');
    fake.away = true;
    expect(await ask(['*'], 'a1', 'newer>b')).toBe('theirs');
    await expect(ask(['a'], 'a1')).rejects.toThrow('closed');
  });
});

describe('a new room', () => {
  it('is its starter’s from the batch on that starts it, before ingest has read anything', async () => {
    const { ask } = create();
    expect(await ask(['a'], 'new', 'new>a', 'new')).toBe('theirs');
    expect(await ask(['a'], 'new')).toBe('theirs');
    expect(await ask(['b'], 'new')).toEqual(['0 foreign_room room_id']);
    expect(await ask(['b'], 'new>b')).toEqual(['0 foreign_room room_id']);
  });

  it('that had numbers but no account may be started', async () => {
    const { ask } = create();
    expect(await ask(['a'], 'none>a')).toBe('theirs');
    expect(await ask(['b'], 'none>b')).toEqual(['0 foreign_room room_id']);
  });

  it('goes to one of two who start it at once', async () => {
    const { ask } = create();
    const answers = await Promise.all([ask(['a'], 'new>a'), ask(['b'], 'new>b')]);
    expect(answers.filter((each) => each === 'theirs')).toHaveLength(1);
  });

  it('is not claimed by a batch that is refused', async () => {
    const { ask, claimed } = create();
    expect(await ask(['a'], 'new>a', 'b1')).toEqual(['1 foreign_room room_id']);
    expect(claimed.size).toBe(0);
  });

  it('is not one that Redis has forgotten and history remembers, but for whoever it was', async () => {
    const { ask, claimed, fake } = create();
    expect(await ask(['a'], 'old>a')).toEqual(['0 foreign_room room_id']);
    expect(await ask(['a'], 'old')).toEqual(['0 foreign_room room_id']);
    expect(claimed.size).toBe(0);
    expect(await ask(['b'], 'old>b')).toBe('theirs');
    expect(await ask(['b'], 'old', 'b1')).toBe('theirs');
    // History is asked of what is started and known nowhere else.
    expect(fake.askedOf).toEqual(['old', 'old']);
  });

  it('is whose ingest says, once ingest has read it', async () => {
    const { ask, rooms } = create();
    expect(await ask(['a'], 'new>a')).toBe('theirs');
    rooms.set('new', 'b');
    expect(await ask(['a'], 'new')).toEqual(['0 foreign_room room_id']);
    expect(await ask(['b'], 'new')).toBe('theirs');
  });

  it('is nobody’s to start while a Redis that lost its data is put together again', async () => {
    const { ask, fake } = create();
    for (const meta of [{ partition: 0 }, { partition: 0, applied: -5 }, { partition: 1, applied: 7 }]) {
      fake.metas = [meta];
      fake.youngMs = 1;
      expect(await ask(['a'], 'new>a')).toBe('unknown');
      expect(await ask(['a'], 'a1')).toBe('theirs');
    }
    // Long after that there just is no ingest.
    fake.youngMs = 0;
    expect(await ask(['a'], 'new>a')).toBe('theirs');
  });
});

it('names a hundred refused events at most', async () => {
  const { owner } = create();
  const answer = await owner({ account_ids: ['a'] }, events(...Array(5_000).fill('b1')));
  expect(answer.kind === 'refused' && answer.errors).toHaveLength(100);
});
