import type { Card, Monitoring, Problem } from '@liveboard/contracts';
import type { Token } from './types.ts';

/** A refusal of REST, with its problem document. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.detail}`);
    this.problem = problem;
  }
}

export interface RoomsQuery {
  readonly status?: 'live' | 'ended';
  readonly search?: string;
  readonly sort?: 'attention' | 'started_at' | 'gmv' | 'online' | 'viewers' | 'duration';
  readonly limit?: number;
  readonly cursor?: string;
}

export interface Me {
  readonly sub: string;
  readonly role: string;
  readonly name?: string;
  readonly partner?: { readonly id: string; readonly name?: string };
}

/** Each call rejects with a `ProblemError` where the gateway refuses. */
export interface Rest {
  rooms(query: RoomsQuery): Promise<{ items: readonly Card[]; next_cursor?: string; as_of: number }>;
  monitoring(): Promise<Monitoring>;
  me(): Promise<Me>;
}

const unauthenticated: Problem = {
  type: 'about:blank',
  title: 'Sign in first',
  status: 401,
  code: 'UNAUTHENTICATED',
  detail: 'nobody is signed in',
};

/** Reads a JSON answer. @throws ProblemError where it is a refusal. */
export const readAnswer = async <T>(answer: Response): Promise<T> => {
  const body: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return body as T;
  const problem = body as Partial<Problem> | undefined;
  throw new ProblemError({
    type: 'about:blank',
    title: 'The server did not answer as expected',
    status: answer.status,
    code: 'INTERNAL',
    detail: `status ${answer.status}`,
    ...problem,
  });
};

/** `base`: origin of the gateway, empty for the page's own. `token` as in the feed's options. */
export const createRest = (base: string, token: (fresh: boolean) => Promise<Token | undefined>): Rest => {
  const ask = async (path: string, fresh: boolean): Promise<Response> => {
    const held = await token(fresh);
    if (held === undefined) throw new ProblemError(unauthenticated);
    return fetch(base + path, { headers: { authorization: `Bearer ${held.token}` } });
  };
  const get = async <T>(path: string): Promise<T> => {
    const answer = await ask(path, false);
    return readAnswer<T>(answer.status === 401 ? await ask(path, true) : answer);
  };
  return {
    rooms: (query) => {
      const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
      return get(`/v1/rooms?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`);
    },
    monitoring: () => get('/v1/monitoring'),
    me: () => get('/v1/me'),
  };
};
