import { createRequire } from 'node:module';

/** The parser that the dead-code check brings along; undefined once it no longer does. */
export const findYaml = () => {
  try {
    const knip = createRequire(import.meta.url).resolve('knip');
    return createRequire(knip)('yaml');
  } catch {
    return undefined;
  }
};
