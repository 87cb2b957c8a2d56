import {
  authorizationId,
  DIRECTORY_BODIES,
  type DirectoryBody,
  type DirectoryKind,
  directoryEnvelope,
} from './records.ts';
import { SERVICE_CATEGORIES } from './service-categories.ts';
import { isLegal } from './transitions.ts';

/** Whom a right is about: a room's account and shop. */
export interface Subject {
  readonly account_id?: string | undefined;
  readonly shop_id?: string | undefined;
}

export interface Contract extends DirectoryBody<'contract'> {
  readonly id: string;
}
export interface Authorization extends DirectoryBody<'authorization'> {
  readonly id: string;
}

/** Why a record changes nothing, for everybody alike. */
export type Ignored =
  /** No JSON object with `v`, `kind`, `id`, `rev` and `by`. */
  | 'malformed'
  /** A kind of tomorrow. */
  | 'unknown_kind'
  /** Its body is not that of its kind, or its id is not that of its body. */
  | 'bad_body'
  /** It does not follow the present revision: somebody else was first, or it is here twice. */
  | 'not_next'
  /** A step that an authorization cannot take. */
  | 'illegal';
export type Folded = { readonly kind: 'applied' } | { readonly kind: 'ignored'; readonly why: Ignored };

/** The directory's records, folded in the order of their log. */
export interface Directory {
  /** Takes the next record of the log. `append`: its broker time, ms, which is the instant from which it holds. */
  apply(record: unknown, append: number): Folded;
  get<Kind extends DirectoryKind>(kind: Kind, id: string): DirectoryBody<Kind> | undefined;
  /** The revision of the last record that took effect; 0: none yet. */
  revOf(kind: DirectoryKind, id: string): number;
  /** All contracts that the partner ever had about the subject; without `subject` all of them. */
  contracts(partnerId: string, subject?: Subject): readonly Contract[];
  /** The authorization for just that account or that shop. */
  authorization(partnerId: string, subject: Subject): Authorization | undefined;
  /** All authorizations, in no order. A partner's, where one is named. */
  authorizations(partnerId?: string): readonly Authorization[];
  /** When the last record that took effect was appended, ms; undefined: there is none yet. */
  atOf(kind: DirectoryKind, id: string): number | undefined;
  /** Rises with each record that took effect: what was decided before may differ now. */
  readonly revision: number;
}

const covers = (held: Subject, { account_id, shop_id }: Subject): boolean =>
  (held.account_id !== undefined && held.account_id === account_id) ||
  (held.shop_id !== undefined && held.shop_id === shop_id);

const APPLIED: Folded = { kind: 'applied' };
const ignored = (why: Ignored): Folded => ({ kind: 'ignored', why });

interface Held {
  readonly rev: number;
  readonly body: unknown;
  /** Of its record, ms. */
  readonly at?: number;
}

/** `records`: what stands in the log already, all of it appended at the instant `append`, ms. */
export const createDirectory = (records: readonly unknown[] = [], append = 0): Directory => {
  const held = new Map<string, Held>(
    Object.entries(SERVICE_CATEGORIES).map(([code, body]) => [`service_category/${code}`, { rev: 0, body }]),
  );
  /** By partner, and by partner and subject. A list of rooms asks for each of its rooms. */
  const ofPartner = new Map<string, Map<string, Contract>>();
  const ofSubject = new Map<string, Map<string, Contract>>();
  const grants = new Map<string, Map<string, Authorization>>();
  let revision = 0;

  const keepContract = (id: string, before: Contract | undefined, body: DirectoryBody<'contract'>): void => {
    const contract: Contract = { id, ...body };
    for (const [index, keyOf] of [
      [ofPartner, ({ partner_id }: Contract) => partner_id],
      [ofSubject, (each: Contract) => authorizationId(each.partner_id, each)],
    ] as const) {
      if (before !== undefined) index.get(keyOf(before))?.delete(id);
      const held = index.get(keyOf(contract)) ?? new Map<string, Contract>();
      index.set(keyOf(contract), held.set(id, contract));
    }
  };

  const directory: Directory = {
    apply: (record, at) => {
      const envelope = directoryEnvelope.safeParse(record);
      if (!envelope.success) return ignored('malformed');
      const { kind, id, rev } = envelope.data;
      // Records come from a log: their kinds need not be ours.
      if (!Object.hasOwn(DIRECTORY_BODIES, kind)) return ignored('unknown_kind');
      const parsed = DIRECTORY_BODIES[kind as DirectoryKind].safeParse(envelope.data.body);
      if (!parsed.success) return ignored('bad_body');
      const key = `${kind}/${id}`;
      const before = held.get(key);
      const grant = kind === 'authorization' ? (parsed.data as DirectoryBody<'authorization'>) : undefined;
      if (grant !== undefined && id !== authorizationId(grant.partner_id, grant)) return ignored('bad_body');
      if (rev !== (before?.rev ?? 0) + 1) return ignored('not_next');
      if (grant !== undefined && !isLegal(before?.body as typeof grant | undefined, grant, at))
        return ignored('illegal');
      held.set(key, { rev, body: parsed.data, at });
      if (grant !== undefined) {
        const ofOne = grants.get(grant.partner_id) ?? new Map<string, Authorization>();
        grants.set(grant.partner_id, ofOne.set(id, { id, ...grant }));
      }
      if (kind === 'contract') keepContract(id, before?.body as Contract, parsed.data as DirectoryBody<'contract'>);
      revision++;
      return APPLIED;
    },
    get: (kind, id) => held.get(`${kind}/${id}`)?.body as DirectoryBody<typeof kind> | undefined,
    authorizations: (partnerId) => {
      const asked = partnerId === undefined ? [...grants.values()] : [grants.get(partnerId)];
      return asked.flatMap((each) => [...(each?.values() ?? [])]);
    },
    atOf: (kind, id) => held.get(`${kind}/${id}`)?.at,
    revOf: (kind, id) => held.get(`${kind}/${id}`)?.rev ?? 0,
    contracts: (partnerId, subject) => {
      if (subject === undefined) return [...(ofPartner.get(partnerId)?.values() ?? [])];
      const { account_id, shop_id } = subject;
      const about = [
        ...(account_id === undefined ? [] : [{ account_id }]),
        ...(shop_id === undefined ? [] : [{ shop_id }]),
      ];
      return about.flatMap((one) =>
        // An account may be called as a shop is here: the contract says which it is.
        [...(ofSubject.get(authorizationId(partnerId, one))?.values() ?? [])].filter((each) => covers(each, one)),
      );
    },
    authorization: (partnerId, subject) => {
      const id = authorizationId(partnerId, subject);
      const body = directory.get('authorization', id);
      // An account may be called as a shop is here: the body says which it is.
      return body === undefined || body.account_id !== subject.account_id ? undefined : { id, ...body };
    },
    get revision() {
      return revision;
    },
  };
  for (const record of records) directory.apply(record, append);
  return directory;
};
