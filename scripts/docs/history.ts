import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fenced, generated } from './markdown.ts';

const FOLDER = 'packages/history-store/src/sql';

/** A file's header as a sentence of the page, and its statement. */
const section = (root: string, name: string): string => {
  const text = readFileSync(join(root, FOLDER, name), 'utf8');
  const comment = text.match(/^(--.*\n)+/)?.[0] ?? '';
  const says = comment.replaceAll(/^-- ?/gm, '').replaceAll('\n', ' ').trim();
  return `### ${name.replace(/^\d+_|\.sql$/g, '')}\n\n${says}\n\n${fenced('sql', text.slice(comment.length))}`;
};

const READING: readonly (readonly [string, string])[] = [
  [
    'The minutes of a room, each in its newest version. `FINAL` over a whole table is slow; over one room it is not, so the key goes first:',
    `SELECT minute, gmv, viewers, online_sum / nullIf(online_n, 0) AS online
FROM minutes FINAL
WHERE room_id = {room: String} AND minute >= {from: DateTime64(3, 'UTC')} AND minute < {to: DateTime64(3, 'UTC')}
ORDER BY minute`,
  ],
  [
    'The same as it was known at an instant, for whoever asks why a decision was taken then:',
    `SELECT minute, argMax(gmv, ver) AS gmv, argMax(state, ver) AS state
FROM minute_versions
WHERE room_id = {room: String} AND known_at <= {to: DateTime64(3, 'UTC')}
GROUP BY minute
ORDER BY minute`,
  ],
  [
    'Products over a window. Counts add up, users do not:',
    `SELECT product_id, sum(gmv) AS gmv, sum(product_clicks) AS clicks
FROM product_minutes FINAL
WHERE room_id = {room: String} AND minute >= {from: DateTime64(3, 'UTC')} AND minute < {to: DateTime64(3, 'UTC')}
GROUP BY product_id
ORDER BY gmv DESC`,
  ],
  [
    'Distinct users over any window come from the events, without `FINAL`: an event that was written twice does not change how many users there are. Only what counted:',
    `SELECT uniqExactIf(user_id, type = 'viewer.entered') AS viewers, uniqExactIf(user_id, type = 'order.paid') AS buyers
FROM events
WHERE room_id = {room: String} AND verdict = 'counted'
  AND ts >= {from: DateTime64(3, 'UTC')} AND ts < {to: DateTime64(3, 'UTC')}`,
  ],
  [
    'The events behind a number, each once whether or not its copies were merged yet. The key holds the minute, so name it:',
    `SELECT ts, type, user_id, raw
FROM events
WHERE room_id = {room: String} AND toStartOfMinute(ts) = toStartOfMinute({from: DateTime64(3, 'UTC')}) AND verdict = 'counted'
ORDER BY ts, \`offset\`
LIMIT 1 BY generation, \`partition\`, \`offset\``,
  ],
  [
    'A whole room: `totals` has what no sum of minutes can give, such as its distinct viewers:',
    `SELECT name, status, viewers, buyers, JSONExtractInt(totals, 'acu_sum') / nullIf(JSONExtractInt(totals, 'acu_n'), 0) AS acu
FROM rooms FINAL
WHERE room_id = {room: String}`,
  ],
];

/** `docs/history.md`: the tables of ClickHouse, and how to ask them. */
export const historyPage = (root: string): string => {
  const files = readdirSync(join(root, FOLDER))
    .filter((name) => /^\d{4}_/.test(name))
    .sort();
  return `${generated(`${FOLDER} and scripts/docs/history.ts`)}

# History in ClickHouse

\`services/history\` writes to the database \`liveboard\` (after the namespace, where there is one) what stands in Kafka: each event with the verdict
that the board's count came to, each minute in each of its versions, each room, each refusal. Nothing is computed here that is not computed by
the same code as the board's numbers, so sums over these tables are those that people saw.

**Everything may be there twice, until it is merged.** After a failure or a restart the same rows are written again, with the same keys. The tables replace
equal keys by themselves, at some time; a query that must be exact says so, as shown below. For that reason nothing that adds up while rows come
in (materialized views, aggregating tables, projections) may feed an exact number.

**Versions.** \`ver = generation * 2^48 + offset\`, the generation of the log and the offset of the record that last changed the row. Of rows with the
same key the highest \`ver\` holds. Generation 0 is a simulated past.

**Not available is not zero.** A gauge with \`_n\` = 0 has no value. Texts that are not known are empty, times 1970-01-01. Whether a metric is available in a
room stands in \`JSONExtract(info, 'available', 'Array(String)')\` of \`rooms\`. Money is in minor units of the room's currency.

**How new it is.** Rows arrive about a second after the log has them. \`liveboard_history_lag_records\` and \`liveboard_history_lag_ms\` on
history's \`/metrics\` say how far it is behind ([Operations](operations.md#history)).

## Reading exactly

${READING.map(([says, sql]) => `${says}\n\n${fenced('sql', sql)}`).join('\n\n')}

## Tables

${files.map((name) => section(root, name)).join('\n\n')}

Beside these, \`migrations\` names the files that were applied, with a hash of each one's text. A file that was applied is never changed: history ends with
code 78 where one was. A change is another file.
`;
};
