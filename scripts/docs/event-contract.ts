import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DEFAULT_PARTITIONS,
  EVENT_FIELDS,
  EVENT_TYPES,
  type EventType,
  type Field,
  type FieldRule,
  QUARANTINE_REASONS,
  type QuarantineReason,
  RULES,
  TOPICS,
} from '../../packages/contracts/src/index.ts';
import { exampleOf } from './examples.ts';
import { code, codes, fenced, generated, table } from './markdown.ts';

const grouped = (n: number): string => new Intl.NumberFormat('en').format(n);
const HOUR = 3_600_000;
const GRACE_S = RULES.graceMs / 1_000;

const saysOf = (rule: FieldRule): string => {
  switch (rule.kind) {
    case 'id':
      return 'text, 1-64';
    case 'text':
      return `text, 0-${rule.max}`;
    case 'name':
      return `text, ${rule.min}-${rule.max}`;
    case 'url':
      return 'URL, `https://` or `http://`, at most 2048';
    case 'int':
      return `integer ${grouped(rule.min)} to ${grouped(rule.max)}`;
    case 'enum':
      return codes(rule.values);
    case 'pattern':
      return rule.says;
    case 'bool':
      return '`true` or `false`';
    case 'object':
      return 'object';
    case 'author':
      return 'object, or text of at most 500';
    case 'list': {
      const length = rule.max === Number.POSITIVE_INFINITY ? `at least ${rule.min}` : `${rule.min}-${rule.max}`;
      return `list, ${length}, of ${'kind' in rule.of ? saysOf(rule.of) : 'objects'}`;
    }
  }
};

const rowsOf = (fields: readonly Field[], prefix = ''): string[][] =>
  fields.flatMap(({ name, rule, optional, doc }) => [
    [code(prefix + name), optional === true ? 'optional' : 'required', saysOf(rule), doc ?? ''],
    ...(rule.kind === 'list' && !('kind' in rule.of) ? rowsOf(rule.of, `${prefix}${name}[].`) : []),
  ]);

const NOTES: Partial<Record<EventType, string>> = {
  'room.started':
    'The first one read fixes account, shop and currency; title, name, handle, picture and time zone are those of the newest. Without it a room has numbers but belongs to no account, so that no partner sees it.',
  'audience.snapshot':
    'From a room’s first snapshot on, `online` is the newest one; before it, entries less departures.',
  'order.created':
    'One line is one SKU order. Per order and line the first counted `order.created`, `order.paid` and `order.cancelled` take effect; later ones are counted without effect.',
  'order.paid': '`amount_minor` is of the whole line and never multiplied by `quantity`.',
  'order.refunded': 'The refunded part, in the minute of the refund. GMV never falls.',
  'room.rules': 'Written by the gateway; producers do not send it.',
};

const typeSection = (type: EventType): string =>
  [
    `### \`${type}\``,
    NOTES[type],
    table(['field', '', 'holds', 'is'], rowsOf(EVENT_FIELDS[type])),
    fenced('json', exampleOf(type)),
  ]
    .filter((part) => part !== undefined)
    .join('\n\n');

const REASONS: Record<QuarantineReason, string> = {
  empty: 'no value (a tombstone), or one of no bytes',
  too_large: `a value of more than ${grouped(RULES.maxValueBytes)} bytes`,
  bad_utf8: 'the bytes are not UTF-8',
  bad_json: 'the text is not JSON (`NaN`, a cut-off text, a byte order mark)',
  bad_envelope: 'not an object, or `v`, `type`, `ts`, `id` or `room_id` is absent or wrong',
  unknown_version: '`v` is not 1',
  unknown_type: '`type` is none of those below and does not begin with `x.`',
  bad_field: 'a field of the type is absent or breaks its rule',
  future: `\`ts\` leads the broker’s append time by more than ${RULES.futureMs / 1_000} s`,
};

const ENVELOPE: readonly (readonly string[])[] = [
  ['`v`', 'required', 'integer, 1', 'version of this contract'],
  ['`id`', 'required', 'text, 1-64', 'with `room_id` the key by which copies are known'],
  ['`type`', 'required', 'text', 'one of the types below'],
  ['`room_id`', 'required', '1-64 of `A-Za-z0-9._:-`', 'also the record’s key'],
  ['`ts`', 'required', 'integer, ms since 1970 UTC, not before 2020', 'event time: when it happened'],
];

const { events, quarantine } = TOPICS;

/** `docs/event-contract.md`: all that an outsider needs to write a producer. */
export const eventContractPage = (root: string): string => {
  const expected = JSON.parse(readFileSync(join(root, 'docs/examples/expected.json'), 'utf8')) as Record<
    string,
    number
  >;
  return `${generated('packages/contracts/src and docs/examples')}

# Event contract

How to write a producer: what goes into the topic, what becomes of it, and lines to copy.

## Records

- Topic \`${events.name}\`, after the stack's namespace if it has one. ${DEFAULT_PARTITIONS} partitions on a fresh machine; \`LogAppendTime\`; kept for ${Number(events.config['retention.ms']) / HOUR} h.
- **Key**: \`room_id\`. **Value**: one JSON object, UTF-8 without a byte order mark, at most ${grouped(RULES.maxValueBytes)} bytes.
- **Partitioner**: Java's (murmur2), which kafkajs has too. librdkafka (kcat, Python, C#, Go) places keys otherwise: set
  \`partitioner=murmur2_random\`. A record in another partition than its room's, or without a key, is not lost but **forwarded** to the right one, at
  the price of a second write and of some delay.
- Whoever cannot speak Kafka posts the same objects to [\`POST /v1/events\`](rest.md#post-v1events), which refuses at once what would be quarantined here.
- Compression: none, gzip, snappy, lz4 or zstd. Use \`acks=all\`.
- Money is an integer in minor units of the room's currency. \`user_id\` is one stable pseudonym per user and market, the same in every room.
- Lengths count Unicode code points of well-formed text. \`null\` in an optional field is absence; \`2.0\` is an integer; of a repeated JSON key the last one
  counts. Unknown fields are ignored.

## Envelope

${table(['field', '', 'holds', 'is'], ENVELOPE)}

## What becomes of a record

Each record ends as exactly one of these, tried in this order, and a ledger per partition counts them:
\`in = counted + duplicate + late + quarantined + forwarded + ignored + ticks\`. Nothing that arrives on the topic stops a worker.

1. **Quarantined**: refused, without effect, and written to \`${quarantine.name}\` with its reason, the field and the rule, partition, offset and bytes. The first
   reason that applies:

   ${table(
     ['reason', 'when'],
     QUARANTINE_REASONS.map((reason) => [code(reason), REASONS[reason]]),
   ).replaceAll('\n', '\n   ')}

2. **Ignored**: a valid envelope whose type begins with \`x.\`, so that producers may run ahead of us.
3. **Forwarded**: a valid event that lies in another partition than its room's; its copy there is judged anew.
4. **Late**: the minute of \`ts\` is final, which it is ${GRACE_S} s after its end in stream time. Stream time is the highest \`min(ts, append time)\` of the
   partition's counted events and ticks, so that no fast clock hurries it. Late events are in no minute; they are counted and shown beside the totals. A late
   \`room.started\` still names the room.
5. **Duplicate**: the same \`room_id\` and \`id\` was counted already in a minute that is not final, whatever else the copy holds. When in doubt, send again.
6. **Counted**, in the minute of its own \`ts\`. Within the ${GRACE_S} s the order of arrival does not matter.

A room lives from its \`room.started\` to its \`room.ended\`. Before its first start any event opens it; ${RULES.silenceMinutes} minutes without a counted event end it.
\`clock.tick\` (\`v\`, \`type\`, \`ts\`; no room) moves stream time and is written by ingest; a producer writes it only into a log whose event time is not now.

## Types

${EVENT_TYPES.map(typeSection).join('\n\n')}

## Try it

With \`npm start\` running, any of these puts the room of [\`examples/room.ndjson\`](examples/room.ndjson) in, its times moved to now, under a name
of its own:

${fenced(
  'sh',
  `sh docs/examples/post.sh my-room                # over HTTP, with curl
sh docs/examples/kcat.sh my-room                # apt-get install kcat
python3 docs/examples/produce.py my-room        # pip install confluent-kafka`,
)}

What the second comes to for one event:

${fenced(
  'sh',
  `BROKERS=$(node -p "require('./.data/stack.json').kafka_brokers")
echo 'my-room|{"v":1,"id":"'$(date +%s%N)'","type":"comment.posted","room_id":"my-room","ts":'$(date +%s000)',"user_id":"u9","text":"hello"}' |
  kcat -P -b "$BROKERS" -t live.events -K '|' -X partitioner=murmur2_random`,
)}

Its account is \`acct-demo\`, which the demo partner may see. The room is on the page of the rooms and at \`GET /v1/rooms\` within two seconds. There are three
orders of four lines; three lines are paid, two of them in an event that comes twice and counts once:

${table(Object.keys(expected).map(code), [Object.values(expected).map(String)])}

${fenced(
  'sh',
  `GATEWAY=$(node -p "require('./.data/stack.json').gateway_url")
TOKEN=$(curl -s "$GATEWAY/dev/token" -H 'content-type: application/json' -d '{"sub":"demo-partner"}' | node -p 'JSON.parse(fs.readFileSync(0)).token')
curl -s "$GATEWAY/v1/rooms?limit=100" -H "authorization: Bearer $TOKEN" |
  node -p 'JSON.parse(fs.readFileSync(0)).items.find(({ room_id }) => room_id === "my-room")'`,
)}
`;
};
