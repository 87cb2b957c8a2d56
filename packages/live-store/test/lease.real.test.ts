import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createLease, type LeaseHolder, newSession } from '../src/index.ts';
import { testRedis } from './redis.ts';

const { redis, keys } = testRedis();
afterAll(() => redis.disconnect());

let partners = 0;
const partner = (): string => `p${++partners}`;
const holder = (partner_id: string, conn = '1', session = newSession()): LeaseHolder => ({
  partner_id,
  session,
  conn,
  sub: 's',
  name: 'n',
});
const lease = createLease(redis, keys, { cap: 5 });

describe('the five-room lease', () => {
  it('names the five held rooms to whoever asks for a sixth, from whichever session', async () => {
    const p = partner();
    const [a, b] = [holder(p), holder(p)];
    await Promise.all([lease.attach(a, true), lease.attach(b, true)]);
    for (const [n, room] of ['r1', 'r2', 'r3'].entries())
      expect(await lease.take(a, room)).toEqual({ kind: 'OK', slot: n + 1 });
    expect(await lease.take(b, 'r1')).toEqual({ kind: 'OK', slot: 1 });
    expect(await lease.take(b, 'r4')).toEqual({ kind: 'OK', slot: 4 });
    expect(await lease.take(b, 'r5')).toEqual({ kind: 'OK', slot: 5 });
    const held = ['r1', 'r2', 'r3', 'r4', 'r5'];
    expect(await lease.take(a, 'r6')).toEqual({ kind: 'ROOM_LIMIT', held });
    expect(await lease.take(b, 'r6')).toEqual({ kind: 'ROOM_LIMIT', held });
    // A room with two members keeps its slot until the last is gone.
    await lease.drop(a, 'r1');
    expect(await lease.take(a, 'r6')).toMatchObject({ kind: 'ROOM_LIMIT' });
    await lease.drop(b, 'r1');
    expect(await lease.take(a, 'r6')).toEqual({ kind: 'OK', slot: 1 });
    expect((await lease.list(p)).map(({ room_id }) => room_id).sort()).toEqual(['r2', 'r3', 'r4', 'r5', 'r6']);
  });

  it('swaps in one step: nobody slips into the place, and of two who race for the last one wins', async () => {
    const p = partner();
    const [a, b] = [holder(p), holder(p)];
    await Promise.all([lease.attach(a, true), lease.attach(b, true)]);
    const races = [lease.take(a, 'r1'), lease.take(a, 'r2'), lease.take(a, 'r3'), lease.take(a, 'r4')];
    await Promise.all(races);
    const last = await Promise.all([lease.take(a, 'x'), lease.take(b, 'y')]);
    expect(last.map(({ kind }) => kind).sort()).toEqual(['OK', 'ROOM_LIMIT']);
    const [swapped, ...others] = await Promise.all([
      lease.swap(a, 'r1', 'z'),
      ...['u', 'v', 'w'].map((room) => lease.take(b, room)),
    ]);
    expect(swapped).toEqual({ kind: 'OK', slot: 1 });
    expect(others.map(({ kind }) => kind)).toEqual(['ROOM_LIMIT', 'ROOM_LIMIT', 'ROOM_LIMIT']);
    // A room that a colleague holds too gives no place away: nothing is swapped.
    await lease.take(b, 'r2');
    expect(await lease.swap(a, 'r2', 'q')).toMatchObject({ kind: 'ROOM_LIMIT' });
    const rooms = (await lease.list(p)).filter(({ session }) => session === a.session);
    expect(rooms.some(({ room_id }) => room_id === 'r2')).toBe(true);
    expect(await lease.swap(a, 'nothing', 'x')).toEqual({ kind: 'NOT_HELD' });
  });

  it('obeys only the connection attached last, and frees what is not renewed', async () => {
    const short = createLease(redis, keys, { cap: 5, ttlMs: 300 });
    const p = partner();
    const a = holder(p);
    await short.attach(a, true);
    await short.take(a, 'r1');
    const moved = { ...a, conn: '2' };
    expect(await short.attach(moved, false)).toEqual({ kind: 'RESUMED', held: ['r1'] });
    expect(await short.take(a, 'r2')).toEqual({ kind: 'STOLEN' });
    expect(await short.renew(a, ['r1'])).toEqual({ kind: 'STOLEN' });
    expect(await short.attach({ ...moved, sub: 'somebody else' }, false)).toEqual({ kind: 'FOREIGN' });
    await expect.poll(() => short.list(p), { timeout: 5_000 }).toEqual([]);
    expect(await short.take(moved, 'r2')).toEqual({ kind: 'UNKNOWN' });
    expect(await short.renew(moved, ['r1'])).toEqual({ kind: 'OK', lost: [] });
    expect((await short.list(p)).map(({ room_id }) => room_id)).toEqual(['r1']);
  });

  it('takes again at a renewal what there is room for, and says what is lost', async () => {
    const p = partner();
    const [a, b] = [holder(p), holder(p)];
    await lease.attach(b, true);
    for (const room of ['r1', 'r2', 'r3', 'r4']) await lease.take(b, room);
    expect(await lease.renew(a, ['r1', 'x', 'y'])).toEqual({ kind: 'OK', lost: ['y'] });
  });

  it('refuses new rooms for a while after Redis lost its data', async () => {
    const before = await lease.boot();
    await redis.del(keys.boot);
    const after = await lease.boot();
    expect(after.id).not.toBe(before.id);
    expect(after.holdMs).toBeGreaterThan(0);
    const patient = createLease(redis, keys, { cap: 5, holdMs: 0 });
    expect(await patient.boot()).toEqual({ id: after.id, holdMs: 0 });
  });

  it('never holds more than five distinct rooms, whatever is asked', async () => {
    const room = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    // Mostly takes, so that most runs come to the cap; how many did is counted below.
    const op = fc.oneof(
      { weight: 10, arbitrary: fc.constant('take') },
      { weight: 4, arbitrary: fc.constant('swap') },
      { weight: 3, arbitrary: fc.constantFrom('drop', 'renew', 'detach') },
    );
    let full = 0;
    const step = fc.record({
      who: fc.nat(2),
      op,
      x: room,
      y: room,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40 }), async (steps) => {
        const p = partner();
        const holders = [holder(p), holder(p), holder(p)];
        const model = holders.map(() => new Set<string>());
        const distinct = (): Set<string> => new Set(model.flatMap((each) => [...each]));
        for (const { who, op, x, y } of steps) {
          const h = holders[who] as LeaseHolder;
          const mine = model[who] as Set<string>;
          await lease.attach(h, true);
          if (op === 'take') {
            const fits = distinct().has(x) || distinct().size < 5;
            expect((await lease.take(h, x)).kind).toBe(fits ? 'OK' : 'ROOM_LIMIT');
            if (fits) mine.add(x);
            else full++;
          } else if (op === 'swap') {
            const without = model.map((each, n) => new Set([...each].filter((r) => n !== who || r !== x)));
            const left = new Set(without.flatMap((each) => [...each]));
            const kind = !mine.has(x) ? 'NOT_HELD' : left.has(y) || left.size < 5 || x === y ? 'OK' : 'ROOM_LIMIT';
            expect((await lease.swap(h, x, y)).kind).toBe(kind);
            if (kind === 'OK') {
              mine.delete(x);
              mine.add(y);
            }
          } else if (op === 'drop') {
            await lease.drop(h, x);
            mine.delete(x);
          } else if (op === 'renew') await lease.renew(h, [...mine]);
          else {
            await lease.detach(h);
            mine.clear();
          }
          const listed = await lease.list(p);
          expect(new Set(listed.map(({ room_id }) => room_id))).toEqual(distinct());
          expect(distinct().size).toBeLessThanOrEqual(5);
          const slots = new Set(listed.map(({ slot }) => slot));
          expect([...slots].every((slot) => slot >= 1 && slot <= 5)).toBe(true);
          expect(slots.size).toBe(distinct().size);
        }
      }),
      { numRuns: 40 },
    );
    expect(full).toBeGreaterThan(20);
  });
});
