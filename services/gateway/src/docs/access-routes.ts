import { accessLog, authorization, authorizationList, grantView } from '@liveboard/contracts/schemas';
import {
  accessLogQuery,
  authorizationsQuery,
  grantBody,
  requestBody,
  stepParams,
  tokenParams,
} from '../rest/authorization-queries.ts';
import type { Route } from './routes.ts';

const ID = 'northlight~acct-1';
const REQUESTED = {
  id: ID,
  partner_id: 'northlight',
  account_id: 'acct-1',
  state: 'requested',
  scopes: ['live', 'history'],
  at: 1_790_000_000_000,
  by: 'demo-partner',
  steps: ['request', 'withdraw'],
  grant_path: '/grant/eyJ…',
};

const step = (
  name: string,
  summary: string,
  who: string,
  state: string,
  more: Pick<Route, 'body' | 'isBodyOptional'> = {},
): Route => ({
  method: 'post',
  path: `/v1/authorizations/{id}/${name}`,
  tag: 'Access',
  summary,
  who,
  params: stepParams,
  ...more,
  answer: authorization,
  example: { ...REQUESTED, state, steps: [], grant_path: undefined },
  errors: ['FORBIDDEN_ROLE', 'AUTHORIZATION_NOT_FOUND', 'CONFLICT'],
});
const MAIN = 'the main account of the seller';

/** Authorizations, and who used them. */
export const ACCESS_ROUTES: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/authorizations',
    tag: 'Access',
    summary: 'What sellers let partners see: one’s own, the newest step first',
    who: 'partners, sellers, operators',
    query: authorizationsQuery,
    answer: authorizationList,
    example: { items: [REQUESTED] },
    errors: ['FORBIDDEN_ROLE', 'INVALID_CURSOR'],
  },
  {
    method: 'post',
    path: '/v1/authorizations',
    tag: 'Access',
    summary: 'Asks the seller of an account or a shop for an authorization',
    who: 'partners with a contract about it',
    body: {
      'application/json': { schema: requestBody, example: { account_id: 'acct-1', scopes: ['live', 'history'] } },
    },
    status: 201,
    answer: authorization,
    example: REQUESTED,
    errors: ['FORBIDDEN_ROLE', 'NO_CONTRACT', 'CONFLICT'],
  },
  step('grant', 'Grants what is asked for, edits what is granted, or grants unasked', MAIN, 'granted', {
    body: { 'application/json': { schema: grantBody, example: { scopes: ['live'], expires_at: null } } },
    isBodyOptional: true,
  }),
  step('decline', 'Declines a request', MAIN, 'declined'),
  step('revoke', 'Ends it: feeds within a second, REST and history at once', MAIN, 'revoked'),
  step('withdraw', 'Takes a request back', 'the partner', 'withdrawn'),
  {
    method: 'get',
    path: '/v1/grants/{token}',
    tag: 'Access',
    summary: 'What a request’s link points to: who asks for what. It gives no right',
    who: 'sellers, operators',
    params: tokenParams,
    answer: grantView,
    example: {
      id: ID,
      partner: { id: 'northlight', name: 'Northlight' },
      subject: { account_id: 'acct-1', name: 'Isla Outdoor' },
      scopes: ['live', 'history'],
      state: 'requested',
      contract: { id: 'c-1', level: 'account', services: ['live_management'], from: 1_767_225_600_000 },
      steps: ['grant', 'decline'],
    },
    errors: ['FORBIDDEN_ROLE', 'AUTHORIZATION_NOT_FOUND'],
  },
  {
    method: 'get',
    path: '/v1/access-log',
    tag: 'Access',
    summary: 'Who was given which right, and who looked at what, the newest first',
    who: 'partners, sellers, operators',
    query: accessLogQuery,
    answer: accessLog,
    example: {
      entries: [
        {
          at: 1_790_000_360_000,
          by: 'demo-partner',
          what: 'minutes',
          partner_id: 'northlight',
          account_id: 'acct-1',
          room_id: 'room-1',
          range: { from: 1_790_000_000_000, to: 1_790_000_300_000 },
          contract_id: 'c-1',
        },
      ],
    },
    errors: ['FORBIDDEN_ROLE', 'INVALID_CURSOR'],
  },
];
