import { partitionOf, type QuarantineRecord, RULES } from '@liveboard/contracts';
import { admit } from '@liveboard/windows';

/** `<generation>:<partition>:<offset>` of the record that was refused. */
export const idOf = ({ generation, partition, offset }: QuarantineRecord): string =>
  `${generation}:${partition}:${offset}`;

/** What a list is cut down to; all of it holds together. */
export interface Filter {
  readonly reason?: string | undefined;
  readonly partition?: number | undefined;
  /** Broker time of the refused record, ms. */
  readonly since?: number | undefined;
}

export const fits = ({ reason, partition, since }: Filter, record: QuarantineRecord): boolean =>
  (reason === undefined || record.reason === reason) &&
  (partition === undefined || record.partition === partition) &&
  (since === undefined || record.append >= since);

/** Refusals as the topic holds them, by id and in order of their broker time; one written again after a crash is there once. */
export const createQuarantineReader = () => {
  const records = new Map<string, QuarantineRecord>();
  return {
    take: (value: Buffer | null): void => {
      if (value === null) return;
      const record = JSON.parse(value.toString()) as QuarantineRecord;
      records.set(idOf(record), record);
    },
    all: (): QuarantineRecord[] =>
      [...records.values()].sort((a, b) => a.append - b.append || a.partition - b.partition || a.offset - b.offset),
  };
};

const bytesOf = ({ bytes_b64 }: QuarantineRecord): Buffer => Buffer.from(bytes_b64, 'base64');

/** Whether all bytes of the record were kept. */
export const isWhole = (record: QuarantineRecord): boolean =>
  record.size <= RULES.maxValueBytes && bytesOf(record).length === record.size;

const HEX_A_LINE = 32;
// A producer's bytes must not speak to the operator's terminal.
const CONTROL = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const escaped = (text: string): string =>
  text.replace(CONTROL, (char) => (char === '\n' ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`));

/** The bytes for a person: as text where they are UTF-8, else in hexadecimal digits. */
const showBytes = (bytes: Buffer): { readonly as: string; readonly text: string } => {
  if (bytes.length === 0) return { as: 'none', text: '' };
  try {
    return { as: 'text', text: escaped(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) };
  } catch {
    const lines = bytes.toString('hex').match(new RegExp(`.{1,${HEX_A_LINE * 2}}`, 'g')) ?? [];
    return { as: 'hex', text: lines.join('\n') };
  }
};

const isoOf = (ms: number): string => new Date(ms).toISOString();

/** A line for each refusal under a line of names. */
export const tableOf = (records: readonly QuarantineRecord[]): string => {
  const rows = [
    ['id', 'append', 'reason', 'size', 'detail'],
    ...records.map((record) => [
      idOf(record),
      isoOf(record.append),
      record.reason,
      String(record.size),
      escaped(record.detail),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')).join('\n');
};

/** Everything that is known of one refusal. */
export const detailsOf = (record: QuarantineRecord): string => {
  const { reason, detail, generation, partition, offset, append, size } = record;
  const bytes = bytesOf(record);
  const { as, text } = showBytes(bytes);
  const cut = bytes.length < size ? `, the first ${bytes.length} of ${size} bytes: it cannot be replayed` : '';
  const fields = { reason, detail: escaped(detail), generation, partition, offset, append: isoOf(append), size };
  return [
    ...Object.entries(fields).map(([name, value]) => `${`${name}:`.padEnd(12)}${value}`),
    `${'bytes:'.padEnd(12)}${as}${cut}`,
    ...(text === '' ? [] : [text]),
  ].join('\n');
};

/**
 * What would become of a refusal that is written again now. `send`: `late` where its minute is final by now, so that it will
 * be counted as late; `forced` where it will be refused again.
 */
export type Judged =
  | {
      readonly kind: 'send';
      readonly id: string;
      readonly key: string | null;
      readonly value: Buffer;
      readonly partition: number;
      readonly late: boolean;
      readonly forced: boolean;
    }
  | { readonly kind: 'cut'; readonly id: string; readonly why: string }
  | { readonly kind: 'refused'; readonly id: string; readonly why: string };

/** Judges one refusal by today's rules; `now`: ms, as a broker would stamp it. Pure. */
export const judge = (
  record: QuarantineRecord,
  { now, partitions, force }: { readonly now: number; readonly partitions: number; readonly force: boolean },
): Judged => {
  const id = idOf(record);
  const value = bytesOf(record);
  if (!isWhole(record))
    return {
      kind: 'cut',
      id,
      why: `only ${value.length} of its ${record.size} bytes were kept; send the original again`,
    };
  const admitted = admit(value, now);
  const send = { kind: 'send', id, key: null, value, partition: record.partition, late: false, forced: false } as const;
  switch (admitted.kind) {
    case 'refused':
      if (force) return { ...send, forced: true };
      return { kind: 'refused', id, why: `${admitted.reason}: ${admitted.path} ${admitted.rule}` };
    case 'tick':
      return send;
    default: {
      const { room_id, ts } = admitted.kind === 'event' ? admitted.event : admitted;
      const final = Math.floor(ts / RULES.minuteMs) * RULES.minuteMs + RULES.minuteMs + RULES.graceMs <= now;
      return { ...send, key: room_id, partition: partitionOf(room_id, partitions), late: final };
    }
  }
};
