import type { ServerMessage } from '@liveboard/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoff, createFeed, type Feed, type Token } from '../src/index.ts';

/** A socket whose other end is the test. */
class FakeSocket {
  readyState = 1;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  readonly protocols: string[];
  closedWith: number | undefined;
  constructor(protocols: string[]) {
    this.protocols = protocols;
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(code: number): void {
    this.readyState = 3;
    this.closedWith = code;
  }
  say(...messages: object[]): void {
    this.onmessage?.({ data: JSON.stringify(messages) });
  }
  drop(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code, reason: '' });
  }
  of(type: string): Record<string, unknown>[] {
    return this.sent.filter((each) => each.type === type);
  }
}

const sockets: FakeSocket[] = [];
let feed: Feed;
let tokens: (Token | undefined)[];
const asked: boolean[] = [];
const now = (): number => Date.now();
const last = (): FakeSocket => sockets.at(-1) as FakeSocket;
const settle = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(0);
};
const welcome = (more: object = {}): ServerMessage =>
  ({
    type: 'welcome',
    session_id: 'a'.repeat(32),
    resumed: false,
    server_time: now(),
    role: 'partner',
    held: [],
    ...more,
  }) as unknown as ServerMessage;
const snapshotOf = (room_id: string, ref: unknown, offset = 5) => ({
  type: 'snapshot',
  ref,
  room_id,
  epoch: 1,
  offset,
  complete: true,
  room: { room_id, status: 'live', available: [] },
  health: { stream_time: now(), last_event_at: now() },
  sources: [],
  products: [],
  catalog: [],
  markers: [],
  minutes: [],
  guidance: [],
});

beforeEach(async () => {
  vi.useFakeTimers();
  sockets.length = 0;
  asked.length = 0;
  tokens = [{ token: 't1', expires_at: now() + 900_000 }];
  feed = createFeed({
    url: 'ws://test/v1/live',
    token: async (fresh) => {
      asked.push(fresh);
      return tokens[Math.min(asked.length, tokens.length) - 1];
    },
    open: (_, protocols) => {
      const made = new FakeSocket(protocols);
      sockets.push(made);
      return made as unknown as WebSocket;
    },
    random: () => 0.5,
  });
  await settle();
});
afterEach(() => {
  feed.close();
  vi.useRealTimers();
});

describe('the wait before the next try', () => {
  it('doubles from half a second to thirty and is spread over the whole of it', () => {
    expect([0, 1, 2, 6, 40].map((n) => backoff(n, 0.999_999))).toEqual([499, 999, 1_999, 29_999, 29_999]);
    expect(backoff(3, 0)).toBe(0);
  });
});

describe('the feed', () => {
  it('watches, acknowledges and resumes with its session and offsets', async () => {
    const watched = feed.watch('r1');
    last().say(welcome());
    const [subscribe] = last().of('subscribe');
    last().say(snapshotOf('r1', subscribe?.ref));
    expect(await watched).toEqual({ ok: true });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(last().of('ack')[0]).toEqual({ type: 'ack', rooms: { r1: 5 } });

    last().drop(1_006);
    expect(feed.link).toMatchObject({ kind: 'waiting', attempt: 0 });
    await vi.advanceTimersByTimeAsync(250);
    expect(last().protocols).toContain(`session.${'a'.repeat(32)}`);
    last().say(welcome({ resumed: true }));
    expect(last().of('subscribe')[0]).toMatchObject({ room_id: 'r1', resume: { epoch: 1, offset: 5 } });
  });

  it('acknowledges when messages arrive, for a hidden page whose timers sleep', async () => {
    void feed.watch('r1');
    last().say(welcome());
    last().say(snapshotOf('r1', last().of('subscribe')[0]?.ref));
    vi.setSystemTime(now() + 4_000);
    last().say({ type: 'beat', server_time: now() });
    expect(last().of('ack')).toHaveLength(1);
  });

  it('asks once for a room that has a gap', async () => {
    void feed.watch('r1');
    last().say(welcome());
    last().say(snapshotOf('r1', last().of('subscribe')[0]?.ref));
    last().say(
      { type: 'update', room_id: 'r1', prev: 7, offset: 8 },
      { type: 'update', room_id: 'r1', prev: 8, offset: 9 },
    );
    expect(last().of('subscribe')).toHaveLength(2);
    last().say(snapshotOf('r1', last().of('subscribe')[1]?.ref, 9));
    expect(feed.rooms.get('r1')?.state?.offset).toBe(9);
  });

  it('takes silence for death', async () => {
    last().say(welcome());
    const dead = last();
    await vi.advanceTimersByTimeAsync(25_000);
    expect(dead.closedWith).toBe(3_000);
    expect(sockets).toHaveLength(2);
  });

  it('comes back from 4000-4499 and stays away after 4500-4999 and 1009', async () => {
    for (const code of [1_001, 4_000, 4_004, 4_499]) {
      last().say(welcome());
      last().drop(code);
      expect(feed.link.kind).toBe('waiting');
      await vi.advanceTimersByTimeAsync(4_000);
    }
    for (const code of [4_500, 4_503, 4_999, 1_009]) {
      last().say(welcome());
      last().drop(code);
      expect(feed.link).toMatchObject({ kind: 'ended', code });
      const before = sockets.length;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(sockets).toHaveLength(before);
      feed.retry();
      await settle();
    }
  });

  it('comes back after a drain when it was told to', async () => {
    last().say(welcome(), { type: 'drain', retry_in_ms: 1_700 });
    last().drop(1_012);
    expect(feed.link).toMatchObject({ kind: 'waiting', retryAt: now() + 1_700 });
  });

  it('brings a fresh token after expiry, and before it without a break', async () => {
    last().say(welcome());
    last().drop(4_003);
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toEqual([false, true]);
    last().say(welcome());
    tokens.push({ token: 't2', expires_at: now() + 900_000 }, { token: 't3', expires_at: now() + 1_800_000 });
    last().say({ type: 'auth.expiring', expires_at: now() + 60_000 });
    await settle();
    expect(last().of('auth.refresh')[0]).toMatchObject({ token: 't3' });
  });

  it('is signed out where there is no token, and comes back when asked', async () => {
    last().say(welcome());
    tokens.push(undefined);
    last().drop(4_003);
    await vi.advanceTimersByTimeAsync(500);
    expect(feed.link.kind).toBe('signed_out');
    tokens.push({ token: 't3', expires_at: now() + 900_000 });
    feed.retry();
    await settle();
    expect(sockets).toHaveLength(2);
  });

  it('names who holds the slots where a sixth room is refused', async () => {
    const watched = feed.watch('r6');
    last().say(welcome());
    last().say({
      type: 'error',
      ref: last().of('subscribe')[0]?.ref,
      code: 'ROOM_LIMIT',
      message: 'full',
      details: { held: ['a'] },
    });
    expect(await watched).toMatchObject({ ok: false, code: 'ROOM_LIMIT', held: ['a'] });
    expect(feed.rooms.get('r6')).toMatchObject({ phase: 'gone' });
  });

  it('swaps whole or not at all', async () => {
    void feed.watch('a');
    last().say(welcome());
    last().say(snapshotOf('a', last().of('subscribe')[0]?.ref));
    const refused = feed.swap('a', 'b');
    last().say({ type: 'error', ref: last().of('swap')[0]?.ref, code: 'ROOM_NOT_FOUND', message: 'no' });
    expect(await refused).toMatchObject({ ok: false, code: 'ROOM_NOT_FOUND' });
    expect([...feed.rooms.keys()]).toEqual(['a']);
    const done = feed.swap('a', 'c');
    const ref = last().of('swap')[1]?.ref;
    last().say(snapshotOf('c', ref), { type: 'ok', ref });
    expect(await done).toEqual({ ok: true });
    expect([...feed.rooms.keys()]).toEqual(['c']);
  });

  it('forgets the numbers of a revoked room at once', async () => {
    void feed.watch('a');
    last().say(welcome());
    last().say(snapshotOf('a', last().of('subscribe')[0]?.ref));
    last().say({ type: 'revoked', room_id: 'a', code: 'AUTHORIZATION_REVOKED', message: 'revoked' });
    const held = feed.rooms.get('a');
    expect(held?.phase).toBe('gone');
    expect(held?.state).toBeUndefined();
  });
});
