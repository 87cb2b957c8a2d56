import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SETTINGS as GATEWAY } from '../../services/gateway/src/config.ts';
import { SETTINGS as HISTORY } from '../../services/history/src/config.ts';
import { SETTINGS as INGEST } from '../../services/ingest/src/config.ts';
import { SETTINGS as SIMULATOR } from '../../services/simulator/src/options.ts';
import { code, codes, table } from './markdown.ts';

const SHARED = 'packages/runtime/src/config.ts';
const SERVICES = {
  ingest: { settings: INGEST, file: 'services/ingest/src/config.ts' },
  history: { settings: HISTORY, file: 'services/history/src/config.ts' },
  gateway: { settings: GATEWAY, file: 'services/gateway/src/config.ts' },
  simulator: { settings: SIMULATOR, file: 'services/simulator/src/options.ts' },
} as const;

/** The doc comments of a file's fields by name: the reason of a setting stands once, beside it. */
const commentsOf = (text: string): Map<string, string> =>
  new Map(
    [...text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*([A-Z_]+):/g)].map(([, comment = '', name = '']) => [
      name,
      comment
        .replaceAll(/\n\s*\*/g, ' ')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    ]),
  );

interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
}

const schemaOf = (field: z.ZodType): Schema => {
  const of = (io: 'input' | 'output') => z.toJSONSchema(field, { io, unrepresentable: 'any' }) as Schema;
  // A number is read from text: only the output says which. A list is made of text: only the input says which.
  const output = of('output');
  return output.type === undefined ? of('input') : output;
};

const holds = (field: z.ZodType): string => {
  const { type, enum: values, minimum, maximum, pattern } = schemaOf(field);
  if (values !== undefined) return codes(values);
  if (type === 'integer') {
    const isOpen = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER;
    return isOpen ? `integer, at least ${minimum}` : `integer ${minimum} to ${maximum}`;
  }
  return pattern === undefined ? 'text' : code(pattern);
};

const fallback = (field: z.ZodType): string => {
  const read = field.safeParse(undefined);
  if (!read.success) return '**required**';
  return read.data === undefined || read.data === '' ? 'none' : code(String(read.data));
};

/** The table of a service's settings. */
const settingsOf = (root: string, name: keyof typeof SERVICES): string => {
  const { settings, file } = SERVICES[name];
  const read = (path: string) => commentsOf(readFileSync(join(root, path), 'utf8'));
  const comments = new Map([...read(SHARED), ...read(file)]);
  return table(
    ['variable', 'holds', 'default', 'is'],
    Object.entries(settings).map(([variable, field]) => [
      code(variable),
      holds(field),
      fallback(field),
      comments.get(variable) ?? '',
    ]),
  );
};

/** Fills the blocks `<!-- settings:NAME -->` of a page; the rest of it is written by hand. */
export const fillSettings = (root: string, page: string): string =>
  (Object.keys(SERVICES) as (keyof typeof SERVICES)[]).reduce((text, name) => {
    const [begin, end] = [`<!-- settings:${name} -->`, `<!-- /settings:${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`the page has no block ${begin} ... ${end}`);
    return `${text.slice(0, from + begin.length)}\n\n${settingsOf(root, name)}\n\n${text.slice(to)}`;
  }, page);
