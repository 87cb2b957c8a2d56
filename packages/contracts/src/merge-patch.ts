const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Applies an RFC 7396 merge patch without changing `target`. */
export const applyMergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isObject(patch)) return patch;
  const held = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) held.delete(key);
    else held.set(key, applyMergePatch(held.get(key), value));
  }
  return Object.fromEntries(held);
};
