import { createDirectory, type Ignored } from '@liveboard/access';

/** One record of the directory as it lies in the log. `append` is its broker time, ms. */
export interface Logged {
  readonly offset: number;
  readonly append: number;
  readonly value: Buffer | null;
}

/** A line of an export. `ignored`: why it changed nothing; `value_b64` stands for `record` where that is no JSON. */
interface Line {
  readonly offset: number;
  readonly append: number;
  readonly record?: unknown;
  readonly value_b64?: string;
  readonly ignored?: Ignored;
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The log as lines, in its order, and how many records took effect. */
export const exportLines = (
  records: readonly Logged[],
): { readonly lines: readonly string[]; readonly applied: number } => {
  const directory = createDirectory();
  const lines = records.map(({ offset, append, value }): Line => {
    const record = parse(value?.toString() ?? '');
    const folded = directory.apply(record, append);
    return {
      offset,
      append,
      ...(record === undefined ? { value_b64: value?.toString('base64') ?? '' } : { record }),
      ...(folded.kind === 'ignored' ? { ignored: folded.why } : {}),
    };
  });
  return { lines: lines.map((line) => JSON.stringify(line)), applied: directory.revision };
};

/** A record to be written. */
export interface Message {
  readonly key: string;
  readonly value: Buffer;
}

/**
 * What an import writes of an export: those records alone that took effect at their time, in their order. One that was ignored could be
 * legal now, as grants have expired since; one that was legal stays so. @throws Error naming the line that is none of an export.
 */
export const importMessages = (lines: readonly string[]): readonly Message[] => {
  const directory = createDirectory();
  return lines.flatMap((text, n) => {
    const line = parse(text) as Partial<Line> | undefined | null;
    if (
      typeof line !== 'object' ||
      line === null ||
      typeof line.append !== 'number' ||
      !('record' in line || 'value_b64' in line)
    )
      throw new Error(`line ${n + 1}: is none of an export of the directory`);
    if (directory.apply(line.record, line.append).kind === 'ignored') return [];
    const { kind, id } = line.record as { readonly kind: string; readonly id: string };
    return [{ key: `${kind}/${id}`, value: Buffer.from(JSON.stringify(line.record)) }];
  });
};
