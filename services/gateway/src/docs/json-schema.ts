import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Schemas with an id of their own, under `components.schemas` of one document. */
export interface Components {
  /** The schema, its named parts replaced by references. */
  add(schema: z.ZodType): JsonSchema;
  /** All named parts met so far, by name. */
  all(): Readonly<Record<string, JsonSchema>>;
}

const POINTER = '#/$defs/';
/** Said of every integer, and of every list that our own code may not change: no news to a reader. */
const isNoise = (key: string, value: unknown): boolean =>
  key === 'readOnly' || value === Number.MAX_SAFE_INTEGER || value === Number.MIN_SAFE_INTEGER;

const rewrite = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(rewrite);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, each]) => !isNoise(key, each))
      .map(([key, each]) =>
        key === '$ref' && typeof each === 'string' && each.startsWith(POINTER)
          ? [key, `#/components/schemas/${each.slice(POINTER.length)}`]
          : [key, rewrite(each)],
      ),
  );
};

export const createComponents = (): Components => {
  const named = new Map<string, JsonSchema>();
  return {
    add: (schema) => {
      // As it is read: what is written may get further fields, and a reader should not mind.
      const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
      for (const [name, { id: __, ...part }] of Object.entries($defs)) named.set(name, rewrite(part) as JsonSchema);
      return rewrite(rest) as JsonSchema;
    },
    all: () => Object.fromEntries([...named].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
};
