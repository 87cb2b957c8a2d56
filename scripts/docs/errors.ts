import { CLOSE_CODES, ERRORS, INTAKE_REASONS, mayReconnect } from '../../packages/contracts/src/index.ts';
import { code, generated, table } from './markdown.ts';

/** `docs/errors.md`: every error and close code. */
export const errorsPage = (): string => `${generated('packages/contracts/src/errors.ts and close-codes.ts')}

# Errors

## Error codes

A refused request is answered with \`application/problem+json\` (RFC 9457): \`type\`, \`title\`, \`status\`, \`code\`, \`detail\`, and where they
help \`rule\`, \`errors\` (each with \`index?\`, \`reason\`, \`path\`, \`rule?\`) and \`held\` (with \`ROOM_LIMIT\`: the rooms that are watched now). The live feed uses
the same codes in \`error\` and \`revoked\`. Programs go by \`code\`; titles and details are for people.

${table(
  ['code', 'status', 'says'],
  Object.entries(ERRORS).map(([name, { status, title }]) => [code(name), String(status), title]),
)}

## Why a posted event is refused

[\`POST /v1/events\`](rest.md#post-v1events) names in \`errors\` each event that it refuses: its place in the batch from 0 (\`index\`), the field (\`path\`, empty for the whole
value), what the field must be (\`rule\`), and a \`reason\`: one of those for which the log [quarantines](event-contract.md#what-becomes-of-a-record) a record, or

${table(
  ['reason', 'code', 'when'],
  Object.entries(INTAKE_REASONS).map(([name, { code: with_, says }]) => [code(name), code(with_), says]),
)}

## Close codes of the live feed

4000-4499: come back, with full jitter from 0.5 s doubling to 30 s. 4500-4999: do not; something must change first. Beside these, 1000 and
1001 mean that the client left, 1009 that a frame was larger than 16 KiB (do not come back), and 1012 a restart of the server (come back after
\`retry_in_ms\` of the \`drain\` message).

${table(
  ['code', 'name', 'when', 'come back'],
  Object.entries(CLOSE_CODES).map(([name, { code: number, says }]) => [
    String(number),
    code(name),
    says,
    mayReconnect(number) ? 'yes' : 'no',
  ]),
)}

Before the upgrade a connection is refused by HTTP status: 400 (no \`liveboard.v1\` among the subprotocols, or a token in the query), 401 (token), 403 (origin or role),
429 (too many sockets or upgrades), 503 (draining, or not ready).
`;
