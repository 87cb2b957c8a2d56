import { DIRECTORY_BODIES, type DirectoryBody, type DirectoryKind, type DirectoryRecord } from './records.ts';

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

/** The directory's records, folded in the order of their log. */
export interface Directory {
  /** True where the record took effect; one that does not continue its own history is ignored by everybody alike. */
  apply(record: DirectoryRecord): boolean;
  get<Kind extends DirectoryKind>(kind: Kind, id: string): DirectoryBody<Kind> | undefined;
  /** Without `subject`: all contracts of the partner. */
  contracts(partnerId: string, subject?: Subject): readonly Contract[];
  authorization(partnerId: string, subject: Subject): Authorization | undefined;
  /** Rises with each record that took effect: what was decided before may differ now. */
  readonly revision: number;
}

const covers = (held: Subject, { account_id, shop_id }: Subject): boolean =>
  (held.account_id !== undefined && held.account_id === account_id) ||
  (held.shop_id !== undefined && held.shop_id === shop_id);

export const createDirectory = (records: readonly DirectoryRecord[] = []): Directory => {
  const held = new Map<string, { rev: number; body: unknown }>();
  const contracts = new Map<string, Contract>();
  let revision = 0;
  const directory: Directory = {
    apply: ({ kind, id, rev, body }) => {
      const key = `${kind}/${id}`;
      // Records come from a log: their kinds need not be ours.
      const parsed = Object.hasOwn(DIRECTORY_BODIES, kind) ? DIRECTORY_BODIES[kind].safeParse(body) : undefined;
      if (!parsed?.success || rev !== (held.get(key)?.rev ?? 0) + 1) return false;
      held.set(key, { rev, body: parsed.data });
      revision++;
      if (kind === 'contract') contracts.set(id, { id, ...(parsed.data as DirectoryBody<'contract'>) });
      return true;
    },
    get: (kind, id) => held.get(`${kind}/${id}`)?.body as DirectoryBody<typeof kind> | undefined,
    contracts: (partnerId, subject) =>
      [...contracts.values()].filter(
        (each) => each.partner_id === partnerId && (subject === undefined || covers(each, subject)),
      ),
    authorization: (partnerId, { account_id, shop_id }) => {
      const ids = [
        ...(account_id === undefined ? [] : [`${partnerId}~${account_id}`]),
        ...(shop_id === undefined ? [] : [`${partnerId}~shop:${shop_id}`]),
      ];
      const found = ids.flatMap((id) => {
        const body = directory.get('authorization', id);
        return body === undefined ? [] : [{ id, ...body }];
      });
      return found.find(({ state }) => state === 'granted') ?? found[0];
    },
    get revision() {
      return revision;
    },
  };
  for (const record of records) directory.apply(record);
  return directory;
};
