import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../problem.ts';
import type { Verified } from '../tokens.ts';
import type { Allowance } from './allowance.ts';
import { inflate } from './inflate.ts';
import { type EventError, judge, MAX_ERRORS } from './judge.ts';
import type { Owner } from './owner.ts';
import { type Split, splitArray, splitLines } from './split.ts';
import type { EventWriter } from './writer.ts';

export interface IntakeOptions {
  readonly authenticate: (request: FastifyRequest) => Promise<Verified>;
  readonly owner: Owner;
  readonly writer: EventWriter;
  /** By principal. */
  readonly batches: Allowance;
  readonly events: Allowance;
}

/** What came in since the start. */
export interface IntakeCounts {
  readonly events: number;
  /** By the status of the answer. */
  readonly batches: Readonly<Record<number, number>>;
}

/** Most events of a batch, and most bytes of it as it is sent and when it is inflated. */
export const INTAKE_LIMITS = { events: 5_000, bytes: 5 * 1_048_576 } as const;
/** Batches in work at once, of one principal and of all: each may hold twice the bytes above. */
const OPEN_EACH = 4;
const OPEN_ALL = 16;

const LINES: ReadonlySet<string> = new Set(['application/x-ndjson', 'application/ndjson', 'application/jsonl']);
const LIST = 'application/json';

interface Opened {
  readonly principal: Verified;
  readonly isLines: boolean;
  readonly isGzip: boolean;
  /** The work on it began: it is over when that ends, not when the client is gone. */
  begun: boolean;
  readonly release: () => void;
}

const isLinesType = (header: string | undefined): boolean => {
  const type = (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (LINES.has(type)) return true;
  if (type === LIST) return false;
  throw new Refusal('INVALID_REQUEST', `content-type: must be ${LIST} or application/x-ndjson`);
};
const isGzipCoding = (header: string | undefined): boolean => {
  const coding = (header ?? 'identity').trim().toLowerCase();
  if (coding === 'identity') return false;
  if (coding === 'gzip' || coding === 'x-gzip') return true;
  throw new Refusal('INVALID_REQUEST', 'content-encoding: must be gzip or absent');
};

/** The batches in work, so that many at once are refused before they are read. */
const createPlaces = () => {
  const open = new Map<string, number>();
  let all = 0;
  return (sub: string): (() => void) => {
    const mine = open.get(sub) ?? 0;
    if (mine >= OPEN_EACH) throw new Refusal('RATE_LIMITED', `at most ${OPEN_EACH} batches at once`);
    if (all >= OPEN_ALL) throw new Refusal('UNAVAILABLE', 'too many batches at once');
    open.set(sub, mine + 1);
    all++;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      all--;
      const left = (open.get(sub) ?? 1) - 1;
      if (left > 0) open.set(sub, left);
      else open.delete(sub);
    };
  };
};

const limit = (allowance: Allowance, sub: string, amount: number, what: string, reply: FastifyReply): void => {
  const waitMs = allowance.take(sub, amount);
  if (waitMs === 0) return;
  reply.header('retry-after', String(Math.ceil(waitMs / 1_000)));
  throw new Refusal('RATE_LIMITED', `too many ${what} of this principal`);
};

const refuseEvents = (code: 'INVALID_EVENT' | 'NOT_AUTHORIZED', errors: readonly EventError[]): Refusal => {
  const many = errors.length === MAX_ERRORS ? `${MAX_ERRORS} events or more` : `${errors.length} of the events`;
  const [first] = errors;
  const rule = first === undefined || first.path === '' ? first?.rule : `${first.path}: ${first.rule}`;
  return new Refusal(code, `nothing was written: ${many} are refused, the first is event ${first?.index} (${rule})`, {
    errors,
  });
};

/** `POST /v1/events`: the log for producers that cannot speak Kafka. A batch is accepted whole or not at all. */
export interface Intake {
  register(app: FastifyInstance): void;
  counts(): IntakeCounts;
}

export const createIntake = (options: IntakeOptions): Intake => {
  const { authenticate, owner, writer } = options;
  const batches: Record<number, number> = {};
  let accepted = 0;
  const opened = new WeakMap<FastifyRequest, Opened>();
  const takePlace = createPlaces();

  /** Before anything of the body is read. */
  const open = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const principal = await authenticate(request);
    if (principal.role !== 'service') throw new Refusal('FORBIDDEN_ROLE', 'for services only');
    const isLines = isLinesType(request.headers['content-type']);
    const isGzip = isGzipCoding(request.headers['content-encoding']);
    limit(options.batches, principal.sub, 1, 'batches', reply);
    const held: Opened = { principal, isLines, isGzip, begun: false, release: takePlace(principal.sub) };
    opened.set(request, held);
    reply.raw.once('close', () => {
      if (!held.begun) held.release();
    });
  };

  const split = async ({ isGzip, isLines }: Opened, body: Uint8Array): Promise<readonly Uint8Array[]> => {
    const inflated = await inflate(body, isGzip, INTAKE_LIMITS.bytes);
    if (inflated.kind === 'broken')
      throw new Refusal('INVALID_REQUEST', 'body: must be gzip, as content-encoding says');
    if (inflated.kind === 'too_large')
      throw new Refusal('PAYLOAD_TOO_LARGE', `body: at most ${INTAKE_LIMITS.bytes} bytes, inflated`);
    const found: Split = (isLines ? splitLines : splitArray)(inflated.bytes, INTAKE_LIMITS.events);
    if (found.kind === 'too_many')
      throw new Refusal('PAYLOAD_TOO_LARGE', `body: at most ${INTAKE_LIMITS.events} events`);
    if (found.kind === 'broken') throw new Refusal('INVALID_REQUEST', `body: ${found.rule}`);
    if (found.values.length === 0) throw new Refusal('INVALID_REQUEST', 'body: must hold at least one event');
    return found.values;
  };

  const take = async (held: Opened, body: Uint8Array, reply: FastifyReply): Promise<number> => {
    const values = await split(held, body);
    limit(options.events, held.principal.sub, values.length, 'events', reply);
    const { events, errors } = await judge(values, writer.brokerNow());
    if (errors.length > 0) throw refuseEvents('INVALID_EVENT', errors);
    const owned = await owner(held.principal, events);
    if (owned.kind === 'unknown') throw new Refusal('UNAVAILABLE', 'whose these rooms are is not known now');
    if (owned.kind === 'refused') throw refuseEvents('NOT_AUTHORIZED', owned.errors);
    if ((await writer.write(events)) === 'away')
      throw new Refusal('UNAVAILABLE', 'Kafka did not acknowledge all events in time: send the same batch again');
    return events.length;
  };

  const serve = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const held = opened.get(request);
    if (held === undefined) throw new Error('a batch without a place');
    held.begun = true;
    try {
      const events = await take(held, (request.body ?? new Uint8Array()) as Uint8Array, reply);
      accepted += events;
      return reply.code(202).send({ accepted: events });
    } finally {
      held.release();
    }
  };

  return {
    register: (app) => {
      // A scope of its own: elsewhere bodies are small, and parsed.
      app.register(async (scope) => {
        const bodyLimit = INTAKE_LIMITS.bytes;
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser([LIST, ...LINES], { parseAs: 'buffer', bodyLimit }, (_, body, done) =>
          done(null, body),
        );
        scope.addHook('onResponse', async (_, { statusCode }) => {
          batches[statusCode] = (batches[statusCode] ?? 0) + 1;
        });
        scope.post('/v1/events', { bodyLimit, onRequest: open }, serve);
      });
    },
    counts: () => ({ events: accepted, batches }),
  };
};
