import { openModules } from '@liveboard/access';
import { CATALOGUE, GROUPS, type Ledger, LIMITS, type Monitoring, TOPICS } from '@liveboard/contracts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { LogReader } from '../log-reader.ts';
import { Refusal } from '../problem.ts';
import type { RestContext } from './context.ts';
import { historyLag } from './history-lag.ts';

const EMPTY: Ledger = { in: 0, counted: 0, duplicate: 0, late: 0, quarantined: 0, forwarded: 0, ignored: 0, ticks: 0 };

/** What is known without ClickHouse is wanted most while ClickHouse hangs: it waits this long for it, ms. */
const HISTORY_MS = 1_000;

const pointer = z.object({ a: z.number() });

/** The broker's time (ms) of the last record in a checkpoint, as its commit says. */
const appendOf = (metadata: string): number | undefined => {
  try {
    return pointer.parse(JSON.parse(metadata)).a;
  } catch {
    return undefined;
  }
};

/** Who I am, what is watched, how sound the data is. */
export const registerStatus = (
  app: FastifyInstance,
  { lease, store, directory, history, authenticate }: RestContext,
  kafka: { readonly logReader: LogReader; readonly namespace: string; readonly generation: number },
): void => {
  app.get('/v1/me', async (request) => {
    const principal = await authenticate(request);
    const { sub, role, name, partner_id, account_ids, shop_ids } = principal;
    const partner = partner_id === undefined ? undefined : { id: partner_id, ...directory.get('partner', partner_id) };
    const modules = openModules(directory, principal, Date.now());
    return { sub, role, name, partner, accounts: account_ids, shops: shop_ids, modules, settings: {} };
  });

  app.get('/v1/monitoring', async (request): Promise<Monitoring> => {
    const principal = await authenticate(request);
    if (principal.role !== 'partner' || principal.partner_id === undefined)
      throw new Refusal('FORBIDDEN_ROLE', 'slots belong to partners');
    const members = await lease.list(principal.partner_id);
    const rooms = [...new Set(members.map(({ room_id }) => room_id))].map((room_id) => {
      const of = members.filter((each) => each.room_id === room_id);
      const [first] = of;
      return {
        room_id,
        slot: first?.slot ?? 0,
        since: first?.slot_since ?? 0,
        sessions: of.map(({ sub, name, since }) => ({ sub, name: name === '' ? sub : name, since })),
        mine: of.some(({ sub }) => sub === principal.sub),
      };
    });
    return { limit: LIMITS.rooms, rooms: rooms.sort((a, b) => a.slot - b.slot) };
  });

  app.get('/v1/metrics-catalogue', async (request) => {
    await authenticate(request);
    return { metrics: CATALOGUE };
  });

  app.get('/v1/health/data', async (request) => {
    const { role } = await authenticate(request);
    if (role !== 'operator') throw new Refusal('FORBIDDEN_ROLE', 'for operators only');
    const topic = kafka.namespace + TOPICS.events.name;
    const [{ now, metas }, [bounds, commits, written], newest] = await Promise.all([
      store.metas(),
      Promise.all([
        kafka.logReader.bounds(topic),
        kafka.logReader.committed(kafka.namespace + GROUPS.ingest, topic),
        kafka.logReader.committed(kafka.namespace + GROUPS.history, topic),
      ]).catch(() => {
        throw new Refusal('UNAVAILABLE', 'Kafka does not answer');
      }),
      // ClickHouse away is no reason to say nothing of the rest.
      history?.newest(kafka.generation, AbortSignal.timeout(HISTORY_MS)).catch(() => undefined),
    ]);
    const total = { ...EMPTY };
    const partitions = metas.map(({ partition, generation, applied = -1, stream_time, ledger = EMPTY }) => {
      for (const key of Object.keys(total) as (keyof Ledger)[]) total[key] += ledger[key] ?? 0;
      const of = (each: { readonly partition: number }): boolean => each.partition === partition;
      const end = bounds.find(of)?.end ?? 0;
      const checkpointed = appendOf(commits.find(of)?.metadata ?? '');
      return {
        n: partition,
        generation,
        log_end: end,
        // Positions below zero mark a rewrite of a lost Redis that is not complete.
        applied: applied < 0 ? undefined : applied,
        lag: Math.max(0, end - (Math.max(applied, -1) + 1)),
        stream_time,
        checkpoint_age_ms: checkpointed === undefined ? undefined : Math.max(0, now - checkpointed),
        ledger,
      };
    });
    const { generation } = kafka;
    const lag = newest === undefined ? undefined : historyLag(bounds, { generation, newest, commits: written });
    return { partitions: partitions.sort((a, b) => a.n - b.n), history: { lag }, total };
  });
};
