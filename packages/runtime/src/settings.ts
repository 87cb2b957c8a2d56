import { z } from 'zod';
import { readConfig } from './config.ts';
import { EXIT_HALTED } from './lifecycle.ts';

const CREDENTIALS = /\/\/[^@/]*@/;

/** One line a setting, its value beside its default; credentials in addresses are cut. */
export const describeSettings = (shape: z.ZodRawShape, settings: Readonly<Record<string, unknown>>): string => {
  const lines = Object.entries(shape).map(([name, schema]) => {
    const fallback = z.safeParse(schema as z.ZodType, undefined);
    const usual = fallback.success ? String(fallback.data ?? 'none') : 'required';
    const value = String(settings[name] ?? 'none').replace(CREDENTIALS, '//[cut]@');
    return `${name}=${value}${value === usual ? '' : `   (default: ${usual})`}`;
  });
  return lines.join('\n');
};

/**
 * A service's settings, from the environment of its process. Where they are wrong it says how and ends with the code of
 * a process that an operator must help: starting it again would not. `--print-config` prints them and ends.
 */
export const takeSettings = <Shape extends z.ZodRawShape>(shape: Shape): Readonly<z.infer<z.ZodObject<Shape>>> => {
  try {
    const settings = readConfig(shape, process.env);
    if (!process.argv.includes('--print-config')) return settings;
    console.log(describeSettings(shape, settings));
    process.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(EXIT_HALTED);
  }
};
