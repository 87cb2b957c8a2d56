import { parseSubject } from '@liveboard/access';
import type { FastifyInstance } from 'fastify';
import type { Place } from '../access-log/entries.ts';
import type { AccessLogStore } from '../access-log/store.ts';
import { Refusal } from '../problem.ts';
import { accessLogQuery } from './authorization-queries.ts';
import type { RestContext } from './context.ts';
import { parse } from './parse.ts';

const cursorOf = ({ at, source, seq }: Place): string => `${at}.${source}.${seq}`;
const parseCursor = (cursor: string): Place => {
  const [, at, source, seq] = /^(\d{1,16})\.(read|step)\.(\d{1,16})$/.exec(cursor) ?? [];
  if (source === undefined) throw new Refusal('INVALID_CURSOR', 'cursor: is not one of this list');
  return { at: Number(at), source: source === 'read' ? 'read' : 'step', seq: Number(seq) };
};

/** Who was given which right, and who looked at what: for both sides. */
export const registerAccessLog = (
  app: FastifyInstance,
  { authenticate }: Pick<RestContext, 'authenticate'>,
  accessLog: Pick<AccessLogStore, 'list' | 'notReady'>,
): void => {
  app.get('/v1/access-log', async (request) => {
    const principal = await authenticate(request);
    const { role } = principal;
    if (role !== 'partner' && role !== 'seller' && role !== 'operator')
      throw new Refusal('FORBIDDEN_ROLE', 'the access log is for partners, sellers and operators');
    const { subject, limit, cursor } = parse(accessLogQuery, request.query);
    const after = cursor === undefined ? undefined : parseCursor(cursor);
    const why = accessLog.notReady();
    if (why !== undefined) throw new Refusal('UNAVAILABLE', why);
    const all = accessLog.list(principal, subject === undefined ? undefined : parseSubject(subject), after);
    const page = all.slice(0, limit);
    const last = page.at(-1);
    return {
      entries: page.map(({ entry }) => entry),
      ...(last !== undefined && all.length > limit ? { next_cursor: cursorOf(last) } : {}),
    };
  });
};
