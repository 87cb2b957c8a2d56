import { CATALOGUE, type Ledger, LIMITS, type Monitoring, TOPICS } from '@liveboard/contracts';
import type { KafkaAdmin } from '@liveboard/kafka';
import type { FastifyInstance } from 'fastify';
import { Refusal } from '../problem.ts';
import type { RestContext } from './context.ts';

const EMPTY: Ledger = { in: 0, counted: 0, duplicate: 0, late: 0, quarantined: 0, forwarded: 0, ignored: 0, ticks: 0 };

/** Who I am, what is watched, how sound the data is. */
export const registerStatus = (
  app: FastifyInstance,
  { lease, store, directory, authenticate }: RestContext,
  kafka: { readonly admin: KafkaAdmin; readonly namespace: string },
): void => {
  app.get('/v1/me', async (request) => {
    const { sub, role, name, partner_id, account_ids } = await authenticate(request);
    const partner = partner_id === undefined ? undefined : { id: partner_id, ...directory.get('partner', partner_id) };
    return { sub, role, name, partner, accounts: account_ids, modules: role === 'partner' ? ['LA'] : [], settings: {} };
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
        sessions: of.map(({ sub, name, since }) => ({ sub, ...(name === '' ? {} : { name }), since })),
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
    const [{ now, metas }, bounds] = await Promise.all([
      store.metas(),
      kafka.admin.bounds(kafka.namespace + TOPICS.events.name),
    ]);
    const total = { ...EMPTY };
    const partitions = metas.map(({ partition, generation, applied, stream_time, flushed_at, ledger }) => {
      for (const key of Object.keys(total) as (keyof Ledger)[]) total[key] += ledger?.[key] ?? 0;
      const end = bounds.find((each) => each.partition === partition)?.end ?? 0;
      return {
        n: partition,
        generation,
        log_end: end,
        applied,
        lag: Math.max(0, end - ((applied ?? -1) + 1)),
        stream_time,
        flushed_ms_ago: flushed_at === undefined ? undefined : now - flushed_at,
        ledger: ledger ?? EMPTY,
      };
    });
    return { partitions: partitions.sort((a, b) => a.n - b.n), history: {}, total };
  });
};
