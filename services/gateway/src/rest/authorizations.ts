import {
  type Authorization,
  authorizationId,
  type Contract,
  type Directory,
  type DirectoryRecord,
  decideStep,
  isOwn,
  maySee,
  type Principal,
  type Step,
  type StepTerms,
  stateOf,
  stepsOf,
} from '@liveboard/access';
import type { AuthorizationView, GrantView } from '@liveboard/contracts';
import type { FastifyInstance } from 'fastify';
import type { DirectoryStore } from '../directory/store.ts';
import type { Links } from '../links.ts';
import { Refusal } from '../problem.ts';
import { within } from '../within.ts';
import {
  authorizationsQuery,
  emptyBody,
  grantBody,
  requestBody,
  stepParams,
  tokenParams,
} from './authorization-queries.ts';
import type { RestContext } from './context.ts';
import { parse } from './parse.ts';

export interface AuthorizationDeps extends Pick<RestContext, 'directory' | 'authenticate'> {
  readonly write: DirectoryStore['write'];
  readonly links: Links;
  readonly now: () => number;
}

/** Somebody waits for the answer, ms. */
const WRITE_MS = 10_000;
const PATHS = 'the links that partners hand out are for sellers';

/** Newest step first; of one instant by id. */
const byStep = (a: AuthorizationView, b: AuthorizationView): number => b.at - a.at || (a.id < b.id ? -1 : 1);
const cursorOf = ({ at, id }: Pick<AuthorizationView, 'at' | 'id'>): string => `${at}.${id}`;
const parseCursor = (cursor: string): Pick<AuthorizationView, 'at' | 'id'> => {
  const [, at, id] = /^(\d{1,16})\.(.+)$/s.exec(cursor) ?? [];
  if (at === undefined || id === undefined) throw new Refusal('INVALID_CURSOR', 'cursor: is not one of this list');
  return { at: Number(at), id };
};

/** The contract that a seller is asked under: the one that is named, else the one in force, else the newest. */
const contractOf = (directory: Directory, held: Authorization, at: number): Contract | undefined => {
  const all = directory.contracts(held.partner_id, held);
  if (held.contract_id !== undefined) return all.find(({ id }) => id === held.contract_id);
  const inForce = all.filter(({ from, to }) => from <= at && (to === undefined || at < to));
  return (inForce.length > 0 ? inForce : [...all]).sort((a, b) => b.from - a.from)[0];
};

const isSame = (a: object | undefined, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What sellers let partners see, step by step. */
export const registerAuthorizations = (app: FastifyInstance, deps: AuthorizationDeps): void => {
  const { directory, authenticate, write, links, now } = deps;

  const viewOf = (held: Authorization, principal: Principal, at: number): AuthorizationView => {
    const stepAt = directory.atOf('authorization', held.id) ?? 0;
    const link = held.state === 'requested' ? links.path(held.id, stepAt, at) : undefined;
    const { id, partner_id, account_id, shop_id, contract_id, scopes, by, expires_at } = held;
    return {
      id,
      partner_id,
      ...(account_id === undefined ? {} : { account_id }),
      ...(shop_id === undefined ? {} : { shop_id }),
      ...(contract_id === undefined ? {} : { contract_id }),
      state: stateOf(directory, held, at),
      scopes,
      at: stepAt,
      ...(by === undefined ? {} : { by }),
      ...(expires_at === undefined ? {} : { expires_at }),
      steps: stepsOf(held, principal, at),
      ...(link === undefined ? {} : { grant_path: link }),
    };
  };

  /** @throws Refusal where the step is refused, or somebody else's stands before it in the log. */
  const take = async (principal: Principal, step: Step, id: string, terms: StepTerms): Promise<AuthorizationView> => {
    const decided = decideStep(directory, principal, step, id, terms, now());
    if (!decided.ok) throw new Refusal(decided.code, decided.detail, { rule: decided.rule });
    const record: DirectoryRecord = decided.record;
    const [written] = await within(WRITE_MS, write([record])).catch(() => {
      throw new Refusal('UNAVAILABLE', 'Kafka does not answer: look how it stands before you try again');
    });
    const body = directory.get('authorization', id);
    // A record that was sent twice, since its acknowledgement was lost, is refused where it stands the second time.
    const stands = directory.revOf('authorization', id) === record.rev && isSame(body, record.body);
    if (body === undefined || (written === 'conflict' && !stands))
      throw new Refusal('CONFLICT', 'somebody else took a step first: look how it stands now', { rule: 'not_next' });
    return viewOf({ id, ...body }, principal, now());
  };

  app.get('/v1/authorizations', async (request) => {
    const principal = await authenticate(request);
    const { role, partner_id } = principal;
    if (role !== 'partner' && role !== 'seller' && role !== 'operator')
      throw new Refusal('FORBIDDEN_ROLE', 'authorizations are between partners and sellers');
    const query = parse(authorizationsQuery, request.query);
    const after = query.cursor === undefined ? undefined : parseCursor(query.cursor);
    const at = now();
    const items = directory
      .authorizations(role === 'partner' ? (partner_id ?? '') : undefined)
      .filter(
        (each) =>
          maySee(principal, each) &&
          (query.account_id === undefined || each.account_id === query.account_id) &&
          (query.shop_id === undefined || each.shop_id === query.shop_id) &&
          (query.state === undefined || stateOf(directory, each, at) === query.state),
      )
      .map((each) => viewOf(each, principal, at))
      .sort(byStep)
      .filter((each) => after === undefined || each.at < after.at || (each.at === after.at && each.id > after.id));
    const page = items.slice(0, query.limit);
    const last = page.at(-1);
    return {
      items: page,
      ...(last !== undefined && items.length > page.length ? { next_cursor: cursorOf(last) } : {}),
    };
  });

  app.post('/v1/authorizations', async (request, reply) => {
    const principal = await authenticate(request);
    const { scopes, contract_id, ...subject } = parse(requestBody, request.body ?? {});
    const id = authorizationId(principal.partner_id ?? '', subject);
    const view = await take(principal, 'request', id, { scopes, contract_id });
    return reply.code(201).send(view);
  });

  for (const step of ['grant', 'decline', 'revoke', 'withdraw'] as const)
    app.post(`/v1/authorizations/:id/${step}`, async (request) => {
      const principal = await authenticate(request);
      const { id } = parse(stepParams, request.params);
      const terms: StepTerms = parse(step === 'grant' ? grantBody : emptyBody, request.body ?? {});
      return take(principal, step, id, terms);
    });

  app.get('/v1/grants/:token', async (request): Promise<GrantView> => {
    const principal = await authenticate(request);
    if (principal.role !== 'seller' && principal.role !== 'operator') throw new Refusal('FORBIDDEN_ROLE', PATHS);
    const { token } = parse(tokenParams, request.params);
    const at = now();
    const id = links.read(token, at);
    const body = id === undefined ? undefined : directory.get('authorization', id);
    if (id === undefined || body === undefined)
      throw new Refusal('AUTHORIZATION_NOT_FOUND', 'the link is not one of ours, or it has run out');
    const held: Authorization = { id, ...body };
    const { partner_id, account_id, shop_id, scopes } = held;
    const isTheirs = principal.role === 'operator' || isOwn(principal, held);
    const contract = isTheirs ? contractOf(directory, held, at) : undefined;
    const { name } =
      (account_id === undefined ? directory.get('shop', shop_id ?? '') : directory.get('account', account_id)) ?? {};
    return {
      id,
      partner: { id: partner_id, ...directory.get('partner', partner_id) },
      subject: {
        ...(account_id === undefined ? { shop_id: shop_id ?? '' } : { account_id }),
        ...(name === undefined ? {} : { name }),
      },
      scopes,
      state: stateOf(directory, held, at),
      ...(contract === undefined
        ? {}
        : {
            contract: {
              id: contract.id,
              level: contract.level,
              services: contract.services,
              from: contract.from,
              ...(contract.to === undefined ? {} : { to: contract.to }),
            },
          }),
      steps: stepsOf(held, principal, at),
    };
  });
};
