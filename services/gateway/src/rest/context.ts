import type { Directory, Policy } from '@liveboard/access';
import type { Role } from '@liveboard/contracts';
import type { HistoryReader } from '@liveboard/history-store';
import type { Lease, RoomStore } from '@liveboard/live-store';
import type { FastifyRequest } from 'fastify';
import type { AccessLogStore } from '../access-log/store.ts';
import { Refusal } from '../problem.ts';
import type { Verified, Verify } from '../tokens.ts';
import type { CardReader } from './cards.ts';

/** What every route may use. */
export interface RestContext {
  readonly store: RoomStore;
  readonly lease: Lease;
  readonly directory: Directory;
  readonly policy: Policy;
  readonly cards: CardReader;
  /** Absent: there is none, and nothing older than what Redis holds. */
  readonly history?: HistoryReader | undefined;
  /** Whether a read of history was recorded, as it must be before anything of it is shown. */
  readonly record: AccessLogStore['record'];
  /** Rejects with a refusal where the request carries no good token. */
  readonly authenticate: (request: FastifyRequest) => Promise<Verified>;
}

/** `refusal`: why somebody of a role cannot be answered now. */
export const createAuthenticate =
  (verify: Verify, refusal: (role: Role) => string | undefined) =>
  async (request: FastifyRequest): Promise<Verified> => {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined)
      throw new Refusal('UNAUTHENTICATED', 'authorization: must be Bearer <token>');
    const answer = await verify(token);
    if (!answer.ok) throw new Refusal(answer.code, answer.rule, { rule: answer.rule });
    const why = refusal(answer.principal.role);
    if (why !== undefined) throw new Refusal('UNAVAILABLE', why);
    return answer.principal;
  };

/** Distinct rooms that the principal's partner holds now. */
export const heldRooms = async (lease: Lease, { role, partner_id }: Verified): Promise<ReadonlySet<string>> => {
  if (role !== 'partner' || partner_id === undefined) return new Set();
  return new Set((await lease.list(partner_id)).map(({ room_id }) => room_id));
};
