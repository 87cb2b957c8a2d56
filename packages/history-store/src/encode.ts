const MAX_ROWS = 5_000;
const MAX_BYTES = 1_048_576;

/** Rows as lines of JSON. */
export interface Chunk {
  readonly rows: number;
  readonly bytes: Buffer;
}

/** JSON has no bytes, but the server takes them in a string as they are: only quotes, backslashes and controls are escaped. */
const encodeBytes = (bytes: Uint8Array): Buffer =>
  Buffer.from(JSON.stringify(Buffer.from(bytes).toString('latin1')), 'latin1');

const encodeRow = (row: object): Buffer => {
  const parts: Buffer[] = [];
  const texts: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(row))
    if (value instanceof Uint8Array) parts.push(Buffer.from(`,${JSON.stringify(key)}:`), encodeBytes(value));
    else texts[key] = value;
  return Buffer.concat([Buffer.from(JSON.stringify(texts).slice(0, -1)), ...parts, Buffer.from('}\n')]);
};

const hasBytes = (row: object): boolean => Object.values(row).some((value) => value instanceof Uint8Array);

/** Encodes rows of one table, in pieces that are small beside a batch. */
export const encodeRows = (rows: readonly object[]): Chunk[] => {
  const chunks: Chunk[] = [];
  let lines: string[] = [];
  let length = 0;
  const close = (): void => {
    if (lines.length > 0) chunks.push({ rows: lines.length, bytes: Buffer.from(lines.join('')) });
    lines = [];
    length = 0;
  };
  for (const row of rows) {
    if (hasBytes(row)) {
      chunks.push({ rows: 1, bytes: encodeRow(row) });
      continue;
    }
    const line = `${JSON.stringify(row)}\n`;
    if (lines.length === MAX_ROWS || length + line.length > MAX_BYTES) close();
    lines.push(line);
    length += line.length;
  }
  close();
  return chunks;
};
