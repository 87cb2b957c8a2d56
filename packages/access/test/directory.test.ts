import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDirectory, type Directory, isRevoked, standingOf, stateOf } from '../src/index.ts';
import { contract, grant, record, shopGrant } from './world.ts';

const authorization = (directory: Directory) => directory.authorization('p', { account_id: 'a' });

describe('a record', () => {
  it('applies only where it continues its own history', () => {
    const directory = createDirectory();
    const partner = (rev: number, name: string): object => record('partner', 'p', { name }, rev);
    expect(directory.apply(partner(2, 'early'), 0)).toEqual({ kind: 'ignored', why: 'not_next' });
    expect(directory.apply(partner(1, 'first'), 0)).toEqual({ kind: 'applied' });
    expect(directory.apply(partner(1, 'again'), 0)).toEqual({ kind: 'ignored', why: 'not_next' });
    expect(directory.apply(partner(2, 'second'), 0)).toEqual({ kind: 'applied' });
    expect([directory.get('partner', 'p'), directory.revOf('partner', 'p')]).toEqual([{ name: 'second' }, 2]);
    expect([directory.revOf('partner', 'q'), directory.revision]).toEqual([0, 2]);
  });

  it('of an unknown kind or with a bad body changes nothing', () => {
    const directory = createDirectory();
    const why = (each: unknown) => {
      const folded = directory.apply(each, 0);
      return folded.kind === 'ignored' ? folded.why : folded.kind;
    };
    for (const kind of ['toString', '__proto__', 'kind of tomorrow', 'market'])
      expect(why(record(kind, 'x', {})), kind).toBe('unknown_kind');
    const partner = record('partner', 'p', { name: 'P' });
    for (const bad of [null, 7, 'x', [], {}, { ...partner, v: 2 }, { ...partner, rev: 0 }, { ...partner, rev: 1.5 }])
      expect(why(bad)).toBe('malformed');
    for (const bad of [
      { ...partner, by: '' },
      { ...partner, id: 'x'.repeat(201) },
      { ...partner, kind: undefined },
    ])
      expect(why(bad)).toBe('malformed');
    const bodies: readonly object[] = [
      record('partner', 'p', { name: 7 }),
      record('account', 'a', { name: 'A' }),
      record('principal', 's', { not_before: -1 }),
      record('service_category', 's', { modules: 'LA', seller_center: false }),
      contract('c', { shop_id: 's' }),
      contract('c', { account_id: undefined }),
      contract('c', { level: 'shop' }),
      contract('c', { from: 2, to: 1 }),
      contract('c', { partner_id: 'a~b' }),
      grant({ shop_id: 's' }),
      grant({ state: 'expired' }),
      grant({ account_id: 'b' }),
      grant({ partner_id: 'q' }),
    ];
    for (const bad of bodies) expect(why(bad), JSON.stringify(bad)).toBe('bad_body');
    expect(directory.revision).toBe(0);
  });

  it('about an account whose name is that of a shop is not about the shop', () => {
    const directory = createDirectory([contract('c', { account_id: 'shop:s' })]);
    expect(directory.contracts('p', { shop_id: 's' })).toEqual([]);
    expect(directory.contracts('p', { account_id: 'shop:s', shop_id: 's' }).map(({ id }) => id)).toEqual(['c']);
    directory.apply(contract('c', { account_id: 'b' }, 2), 0);
    expect(directory.contracts('p', { account_id: 'shop:s' })).toEqual([]);
    expect(directory.contracts('p', { account_id: 'b' }).map(({ id }) => id)).toEqual(['c']);
  });

  it('may edit a contract, also to end it', () => {
    const directory = createDirectory([contract('c', {}), contract('d', { from: 5 })]);
    expect(directory.apply(contract('c', { from: 10, to: 20, services: ['shop_management'] }, 2), 0).kind).toBe(
      'applied',
    );
    const held = directory.contracts('p', { account_id: 'a' });
    expect(held.map(({ id, from, to, services }) => [id, from, to, services]).sort()).toEqual([
      ['c', 10, 20, ['shop_management']],
      ['d', 5, undefined, ['live_management']],
    ]);
    expect(directory.apply(contract('c', { partner_id: 'q' }, 3), 0).kind).toBe('applied');
    expect([directory.contracts('p').length, directory.contracts('q').length]).toEqual([1, 1]);
  });
});

it('the record on the page of access is one', () => {
  const page = readFileSync(new URL('../../../docs/access.md', import.meta.url), 'utf8');
  const directory = createDirectory([JSON.parse(/echo '(.*)'/.exec(page)?.[1] ?? 'null')]);
  expect(directory.contracts('northlight', { account_id: 'acct-1' }).map(({ id }) => id)).toEqual(['c-1']);
});

describe('an authorization', () => {
  const STATES = ['requested', 'granted', 'declined', 'withdrawn', 'revoked'] as const;
  /** The steps that are legal, by the state that stands. */
  const LEGAL: Readonly<Record<string, readonly string[]>> = {
    none: ['requested', 'granted'],
    requested: ['requested', 'granted', 'declined', 'withdrawn'],
    granted: ['granted', 'revoked'],
    declined: ['requested'],
    withdrawn: ['requested'],
    revoked: ['requested'],
    expired: ['requested', 'granted', 'revoked'],
  };
  /** Records that lead to each state. */
  const WAYS: Readonly<Record<string, readonly string[]>> = {
    none: [],
    requested: ['requested'],
    granted: ['granted'],
    declined: ['requested', 'declined'],
    withdrawn: ['requested', 'withdrawn'],
    revoked: ['granted', 'revoked'],
  };

  it('takes each legal step and no other', () => {
    for (const [from, way] of Object.entries(WAYS))
      for (const to of STATES) {
        const directory = createDirectory(way.map((state, i) => grant({ state }, i + 1)));
        const folded = directory.apply(grant({ state: to }, way.length + 1), 0);
        const isLegal = LEGAL[from]?.includes(to) === true;
        expect(folded, `${from} to ${to}`).toEqual(isLegal ? { kind: 'applied' } : { kind: 'ignored', why: 'illegal' });
        expect(authorization(directory)?.state, `${from} to ${to}`).toBe(isLegal ? to : way.at(-1));
      }
  });

  it('that has expired when the next record is appended may be asked for again', () => {
    for (const to of STATES)
      for (const append of [99, 100]) {
        const directory = createDirectory([grant({ expires_at: 100 })]);
        const isLegal = LEGAL[append < 100 ? 'granted' : 'expired']?.includes(to) === true;
        expect(directory.apply(grant({ state: to }, 2), append).kind, `${to} at ${append}`).toBe(
          isLegal ? 'applied' : 'ignored',
        );
      }
  });

  it('is never about another account or shop than it was', () => {
    const disguised = { partner_id: 'p', account_id: 'shop:s', state: 'granted', scopes: [] };
    const directory = createDirectory([shopGrant()]);
    expect(directory.apply(record('authorization', 'p~shop:s', disguised, 2), 0)).toEqual({
      kind: 'ignored',
      why: 'illegal',
    });
    expect(directory.authorization('p', { account_id: 'shop:s' })).toBeUndefined();
    expect(directory.authorization('p', { shop_id: 's' })?.state).toBe('granted');
  });

  it('is told as expired and lapsed by the clock and the contracts', () => {
    const told = (records: readonly object[], at: number): unknown => {
      const directory = createDirectory(records);
      const held = authorization(directory);
      return held === undefined ? undefined : stateOf(directory, held, at);
    };
    const over = [contract('c', { from: 100, to: 200 }), grant({ expires_at: 400 })];
    expect([50, 150, 200, 399, 400].map((at) => told(over, at))).toEqual([
      'granted',
      'granted',
      'lapsed',
      'lapsed',
      'expired',
    ]);
    const again = [...over, contract('d', { from: 300 })];
    expect([250, 300].map((at) => told(again, at))).toEqual(['lapsed', 'granted']);
    const bound = [contract('c', { from: 0, to: 200 }), contract('d', {}), grant({ contract_id: 'c' })];
    expect([199, 200].map((at) => told(bound, at))).toEqual(['granted', 'lapsed']);
    expect(told([grant({ state: 'requested', expires_at: 10 })], 10)).toBe('expired');
    expect(told([grant({ state: 'requested' }), grant({ state: 'declined', expires_at: 10 }, 2)], 10)).toBe('declined');
  });

  it('for the room’s account is told before that for its shop', () => {
    const room = { account_id: 'a', shop_id: 's' };
    expect(standingOf(createDirectory(), 'p', room, 0)).toBe('none');
    expect(standingOf(createDirectory([shopGrant()]), 'p', room, 0)).toBe('granted');
    expect(standingOf(createDirectory([shopGrant(), grant({ state: 'requested' })]), 'p', room, 0)).toBe('requested');
  });
});

it('a token issued before its holder’s `not_before` is revoked', () => {
  const directory = createDirectory([record('principal', 's', { not_before: 1_000 })]);
  expect([999, 1_000].map((at) => isRevoked(directory, 's', at))).toEqual([true, false]);
  expect(isRevoked(directory, 'other', 0)).toBe(false);
});

describe('the fold', () => {
  /** Everything that can be asked of a directory. */
  const view = (directory: Directory) => ({
    partners: ['p', 'q'].map((id) => [directory.get('partner', id), directory.revOf('partner', id)]),
    contracts: ['p', 'q'].map((id) => directory.contracts(id)),
    contractRevs: ['c', 'd'].map((id) => directory.revOf('contract', id)),
    authorizations: ['a', 'b'].map((account_id) => directory.authorization('p', { account_id })),
    authorizationRevs: ['p~a', 'p~b'].map((id) => directory.revOf('authorization', id)),
    revision: directory.revision,
  });
  const rev = fc.integer({ min: 0, max: 5 });
  const state = fc.constantFrom('requested', 'granted', 'declined', 'withdrawn', 'revoked', 'expired');
  const anyRecord: fc.Arbitrary<object> = fc.oneof(
    fc
      .record({ id: fc.constantFrom('p', 'q'), rev })
      .map((of) => record('partner', of.id, { name: `${of.rev}` }, of.rev)),
    fc
      .record({
        id: fc.constantFrom('c', 'd'),
        partner_id: fc.constantFrom('p', 'q', 'a~b'),
        from: fc.nat(9),
        to: fc.nat(9),
        rev,
      })
      .map(({ id, rev: n, ...body }) => contract(id, body, n)),
    fc
      .record({
        account_id: fc.constantFrom('a', 'b'),
        state,
        expires_at: fc.option(fc.nat(30), { nil: undefined }),
        rev,
      })
      .map(({ rev: n, ...body }) => ({ ...grant(body, n), id: `p~${body.account_id}` })),
    fc.constantFrom<object>({}, record('market', 'm', {}), record('partner', 'p', {}), grant({ account_id: 'b' })),
  );
  const log = fc.array(anyRecord, { maxLength: 40 });
  const fold = (records: readonly object[]): { directory: Directory; applied: boolean[] } => {
    const directory = createDirectory();
    return { directory, applied: records.map((each, at) => directory.apply(each, at).kind === 'applied') };
  };

  it('of the same log is the same state', () => {
    fc.assert(
      fc.property(log, (records) => {
        expect(view(fold(records).directory)).toEqual(view(fold(records).directory));
      }),
    );
  });

  it('is changed by what applies and by nothing else', () => {
    fc.assert(
      fc.property(log, (records) => {
        const directory = createDirectory();
        for (const [at, each] of records.entries()) {
          const before = view(directory);
          const folded = directory.apply(each, at);
          if (folded.kind === 'ignored') expect(view(directory)).toEqual(before);
          else expect(directory.revision).toBe(before.revision + 1);
        }
      }),
    );
  });

  it('does not differ where what was ignored stands elsewhere, in any order, or not at all', () => {
    fc.assert(
      fc.property(log, fc.array(fc.nat(), { maxLength: 40 }), (records, places) => {
        const { directory, applied } = fold(records);
        const kept = records.flatMap((each, at) => (applied[at] ? [{ each, at }] : []));
        const alone = createDirectory();
        for (const { each, at } of kept) alone.apply(each, at);
        expect(view(alone)).toEqual(view(directory));
        // Illegal wherever they stand: bad bodies, unknown kinds, and revisions that are taken.
        const mixed = createDirectory();
        for (const [i, { each, at }] of kept.entries()) {
          mixed.apply(each, at);
          for (const place of places) {
            const taken = kept[place % (i + 1)]?.each as object;
            mixed.apply(taken, at);
            mixed.apply({ ...taken, body: 7 }, at);
            mixed.apply({ ...taken, kind: 'tomorrow' }, at);
          }
        }
        expect(view(mixed)).toEqual(view(directory));
      }),
    );
  });
});
