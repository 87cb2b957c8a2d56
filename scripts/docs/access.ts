import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  DEFAULT_POLICY,
  DIRECTORY_BODIES,
  REFUSALS,
  SERVICE_CATEGORIES,
  STEP_REFUSALS,
  TRANSITIONS,
} from '../../packages/access/src/index.ts';
import { MODULES, SCOPES } from '../../packages/contracts/src/access.ts';
import { code, codes, generated, table } from './markdown.ts';

const RECORDS = 'packages/access/src/records.ts';

interface Field {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly items?: Field;
}
interface Body {
  readonly properties: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
}

/** Under which id a record of each kind stands. */
const IDS: Readonly<Record<keyof typeof DIRECTORY_BODIES, string>> = {
  partner: '<partner_id>',
  account: '<account_id>',
  shop: '<shop_id>',
  contract: '<contract_id>',
  service_category: '<code>',
  authorization: '<partner_id>~<account_id>` or `<partner_id>~shop:<shop_id>',
  principal: '<sub>',
};

const holds = ({ type, enum: values, items }: Field): string => {
  if (values !== undefined) return values.map((each) => JSON.stringify(each)).join(' | ');
  return type === 'array' ? `${items?.type ?? 'unknown'}[]` : (type ?? 'unknown');
};

/** The fields of a body, as `name?: type`. */
const fieldsOf = (schema: z.ZodType): string => {
  const { properties, required = [] } = z.toJSONSchema(schema, { io: 'input' }) as Body;
  return Object.entries(properties)
    .map(([name, field]) => code(`${name}${required.includes(name) ? '' : '?'}: ${holds(field)}`))
    .join(', ');
};

/** What the source says of each kind, in the comment before it. */
const commentsOf = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/^ {2}\/\*\* (.*) \*\/\n {2}(\w+): z/gm)].map(([, says = '', kind = '']) => [kind, says]));

const kinds = (root: string): string => {
  const comments = commentsOf(readFileSync(join(root, RECORDS), 'utf8'));
  return table(
    ['kind', 'id', 'body', 'is'],
    Object.entries(DIRECTORY_BODIES).map(([kind, schema]) => [
      code(kind),
      code(IDS[kind as keyof typeof IDS]),
      fieldsOf(schema),
      comments.get(kind) ?? '',
    ]),
  );
};

/** `docs/access.md`: who may see what, and the records that say so. */
export const accessPage = (
  root: string,
): string => `${generated(`packages/access, packages/contracts/src/access.ts and scripts/docs/access.ts`)}

# Access

A partner sees numbers of a room only where the room's seller has **authorized** it and a **contract** covers the time. Both stand in the **directory**: the
topic \`live.directory\`, one partition, kept for ever. Every gateway reads it from its first record and answers by what it has read. Nothing else
grants anything; the token says only who asks. \`npm run directory -- export\` shows it, a line a record ([Operations](operations.md#the-directory)).

## Records

\`{ v: 1, kind, id, rev, by, body }\` as JSON, with the key \`<kind>/<id>\`. \`rev\` counts the records of one \`(kind, id)\` from 1, \`by\` is who wrote it. Its effective
instant is the time at which the broker appended it. Instants are integer milliseconds since 1970 UTC; periods are half-open, \`[from, to)\`, and without \`to\` they go on.

${kinds(root)}

Contracts and authorizations name either an account or a shop. The \`level\` of a contract is that of its subject; a shop's contract covers the rooms with that \`shop_id\`. Contracts may be
edited, any number may stand side by side, and a re-signed one is another record. An authorization with a \`contract_id\` is good for that contract alone; without one, for
every contract with the partner about the same account or shop.

Whoever may write to this topic may grant anything: let nobody do so but the gateways and your own contract system. Any Kafka client will do, here kcat:

\`\`\`sh
echo '{"v":1,"kind":"contract","id":"c-1","rev":1,"by":"sales","body":{"partner_id":"northlight","account_id":"acct-1","level":"account","services":["live_management"],"from":1767225600000}}' |
  kcat -P -b BROKER -t live.directory -p 0 -k contract/c-1
\`\`\`

## What a record does

Records are folded in the order of the log. One applies only if its \`rev\` is the present one plus 1 and, for an authorization, the step is legal. Every other is ignored, by
all readers alike, with one of these reasons: \`malformed\`, \`unknown_kind\`, \`bad_body\` (also: the id is not that of the body), \`not_next\`, \`illegal\`. So of two writers that start from the same revision the
first in the log wins. A writer reads its own record back, and answers \`CONFLICT\` where it was ignored.

### Steps of an authorization

${table(
  ['from', 'to', 'written by', 'who'],
  TRANSITIONS.map(({ from, to, by, says }) => [code(from), code(to), by, says]),
)}

\`expired\` (a request or a grant whose \`expires_at\` has come) and \`lapsed\` (granted, the contract is over and none is in force) follow from the clock and are stored nowhere. A request that has expired can still be granted. A lapsed one holds again with the next contract, and history of the time before stays visible.

People take these steps over [REST](rest.md#authorizations), which asks in this order and then lets the log decide:

${table(
  ['code', 'rule'],
  Object.values(STEP_REFUSALS).map(({ code: refused, rule }) => [code(refused), rule]),
)}

The role is asked first, so that a refusal never says what is there.

## Who may see what

One function decides for feed and REST: \`permit(directory, principal, module, subject, range)\` of \`packages/access\`. It asks in this order, and the first rule that applies is the answer:

${table(
  ['code', 'rule'],
  Object.values(REFUSALS).map(({ code: refused, rule }) => [code(refused), rule]),
)}

- **Operators** see every room. **Hosts** see rooms of the accounts in their token. Neither needs a contract. Everybody else but partners is refused.
- Contract and authorization must be about the same account or the same shop.
- **Live** needs the scope \`live\` and a contract in force now. It ends by itself at the contract's \`to\` or at the authorization's \`expires_at\`, and within a second of a revocation. Comments in the feed need \`comments\` as well.
- **History** needs the scope \`history\` and a room that started within a contract period; of that room the minutes within the period are shown. Contracts that follow each other without a gap are one
  period. Afterwards the lookback rule cuts what is older than \`LIVEBOARD_HISTORY_LOOKBACK_DAYS\` (${DEFAULT_POLICY.lookbackDays}; 0: no limit). Revoked or expired hides history too; a contract's end does not.
- What nobody may know of is refused as what is not there: \`ROOM_NOT_FOUND\` says the same of both.
- An answer from history names what permits it, \`permits: { authorization_id, contract_id, from, to?, lookback_from? }[]\`; \`lookback_from\` where the lookback limit falls into the contract's period. Hosts and operators get none.
- Each read of history is recorded before it is answered, with what permitted it, for partner and seller to see: [the access log](rest.md#get-v1access-log).
- A token issued before the \`not_before\` of its \`principal\` is refused, and open feeds of its holder are closed with \`CREDENTIALS\`.

Signed 2020-05-01, ended 2020-10-01, signed again 2021-07-01: visible are rooms that started from 2020-05-01 up to 2020-10-01 and from 2021-07-01 on.

### Scopes

${table(
  ['scope', 'opens'],
  Object.entries(SCOPES).map(([scope, opens]) => [code(scope), opens]),
)}

### Modules and services

A contract names services, a service opens modules. What a service opens is data: this is what the directory holds before its first record, and a \`service_category\` record of the same code (its first \`rev\` is 1) takes the place of one. A contract about an
account never opens ${MODULES.SA} (\`SA\`).

${table(
  ['module', 'is'],
  Object.entries(MODULES).map(([module, says]) => [code(module), says]),
)}

${table(
  ['service', 'name', 'partner role', 'modules', 'one-click Seller Center'],
  Object.entries(SERVICE_CATEGORIES).map(([service, { name = '', partner_role = '–', modules, seller_center }]) => [
    code(service),
    name,
    partner_role,
    modules.length === 0 ? 'none' : codes(modules),
    seller_center ? 'yes' : 'no',
  ]),
)}
`;
