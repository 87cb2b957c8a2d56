import type { ErrorCode } from '@liveboard/contracts';
import {
  accepted,
  dataHealth,
  me,
  metricsCatalogue,
  minuteList,
  monitoring,
  postedEvent,
  roomList,
  signIn,
} from '@liveboard/contracts/schemas';
import { z } from 'zod';
import { listQuery, minutesQuery, roomParams } from '../rest/queries.ts';
import { ACCESS_ROUTES } from './access-routes.ts';

/** One path of the REST interface, as its document tells it. The handlers stand in `rest/`; a test holds the two together. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch';
  /** With parameters in braces. */
  readonly path: string;
  /** Under which heading it stands. */
  readonly tag: 'Rooms' | 'Access' | 'Events' | 'Operations';
  readonly summary: string;
  /** Who may ask. */
  readonly who: string;
  /** Asked without a token. */
  readonly isOpen?: true;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** By content type: what the body holds. */
  readonly body?: Readonly<Record<string, { readonly schema: z.ZodType; readonly example: unknown }>>;
  readonly isBodyOptional?: true;
  /** Default: 200. */
  readonly status?: number;
  readonly answer: z.ZodType;
  readonly example: unknown;
  /** Beside those that any request may meet. */
  readonly errors: readonly ErrorCode[];
}

/** What any request with a token may be answered. */
export const COMMON_ERRORS: readonly ErrorCode[] = [
  'INVALID_REQUEST',
  'UNAUTHENTICATED',
  'RATE_LIMITED',
  'INTERNAL',
  'UNAVAILABLE',
];

const EVENT = {
  v: 1,
  id: 'e-1',
  type: 'like.sent',
  room_id: 'room-1',
  ts: 1_790_000_000_000,
  user_id: 'u-1',
  count: 3,
};
const COUNTS = { gmv: 7_496, paid_orders: 3, items_sold: 4, views: 120, viewers: 84, online: 61 };

export const ROUTES: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/rooms',
    tag: 'Rooms',
    summary: 'Rooms that are live or ended within a day, as far as the caller may know of them',
    who: 'partners, hosts, operators',
    query: listQuery,
    answer: roomList,
    example: {
      items: [
        {
          room_id: 'room-1',
          account_id: 'acct-1',
          handle: '@isla',
          name: 'Isla Outdoor',
          status: 'live',
          started_at: 1_790_000_000_000,
          totals_from: 1_790_000_000_000,
          available: ['gmv', 'views'],
          access: 'granted',
          held: true,
          metrics: COUNTS,
        },
      ],
      as_of: 1_790_000_360_000,
    },
    errors: ['INVALID_CURSOR'],
  },
  {
    method: 'get',
    path: '/v1/rooms/{id}/minutes',
    tag: 'Rooms',
    summary: 'Closed and final minutes of a room, the newest 1,440 of a range, each with its comparison',
    who: 'partners, hosts, operators',
    params: roomParams,
    query: minutesQuery,
    answer: minuteList,
    example: { minutes: [], comparator: 'prev5.v1', compare: [], permits: [] },
    errors: [
      'FORBIDDEN_ROLE',
      'NOT_AUTHORIZED',
      'AUTHORIZATION_REVOKED',
      'NO_CONTRACT',
      'OUTSIDE_CONTRACT',
      'BEYOND_LOOKBACK',
      'ROOM_NOT_FOUND',
      'ROOM_NOT_MONITORED',
    ],
  },
  {
    method: 'get',
    path: '/v1/monitoring',
    tag: 'Rooms',
    summary: 'The partner’s five slots: which room, since when, and who watches it',
    who: 'partners',
    answer: monitoring,
    example: {
      limit: 5,
      rooms: [
        {
          room_id: 'room-1',
          slot: 1,
          since: 1_790_000_000_000,
          sessions: [{ sub: 'demo-partner', name: 'Mara', since: 1_790_000_000_000 }],
          mine: true,
        },
      ],
    },
    errors: ['FORBIDDEN_ROLE'],
  },
  {
    method: 'get',
    path: '/v1/me',
    tag: 'Access',
    summary: 'Who the token says I am, and the modules that are open to me',
    who: 'all',
    answer: me,
    example: {
      sub: 'demo-partner',
      role: 'partner',
      partner: { id: 'northlight', name: 'Northlight' },
      modules: ['LA'],
      settings: {},
    },
    errors: [],
  },
  {
    method: 'get',
    path: '/v1/metrics-catalogue',
    tag: 'Rooms',
    summary: 'Each metric’s name, unit, kind and formula',
    who: 'all',
    answer: metricsCatalogue,
    example: { metrics: [{ id: 'gmv', label: 'GMV', kind: 'counter', unit: 'money' }] },
    errors: [],
  },
  {
    method: 'get',
    path: '/v1/health/data',
    tag: 'Operations',
    summary: 'How far each partition of the log was counted, and where its records went',
    who: 'operators',
    answer: dataHealth,
    example: {
      partitions: [],
      history: { lag: 0 },
      total: { in: 0, counted: 0, duplicate: 0, late: 0, quarantined: 0, forwarded: 0, ignored: 0, ticks: 0 },
    },
    errors: ['FORBIDDEN_ROLE'],
  },
  {
    method: 'get',
    path: '/v1/sign-in',
    tag: 'Access',
    summary: 'How people sign in to the board',
    who: 'anybody',
    isOpen: true,
    answer: signIn,
    example: { kind: 'oidc', issuer: 'https://id.example', client_id: 'live-board', scope: 'openid profile' },
    errors: [],
  },
  {
    method: 'post',
    path: '/v1/events',
    tag: 'Events',
    summary: 'Events for the log: accepted whole once Kafka has acknowledged all of them, or not at all',
    who: 'services, for rooms of their accounts',
    body: {
      'application/json': { schema: z.array(postedEvent).max(5_000), example: [EVENT] },
      'application/x-ndjson': {
        schema: z.string().meta({ description: 'an event a line, at most 5,000' }),
        example: `${JSON.stringify(EVENT)}\n`,
      },
    },
    status: 202,
    answer: accepted,
    example: { accepted: 1 },
    errors: ['INVALID_EVENT', 'FORBIDDEN_ROLE', 'NOT_AUTHORIZED', 'PAYLOAD_TOO_LARGE'],
  },
  ...ACCESS_ROUTES,
];
