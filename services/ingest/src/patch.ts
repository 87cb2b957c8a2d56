const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The RFC 7396 merge patch that turns `before` into `after`; undefined where they are equal. Values hold no `null`. */
export const mergePatch = (before: unknown, after: unknown): unknown => {
  if (!isObject(before) || !isObject(after))
    return JSON.stringify(before) === JSON.stringify(after) ? undefined : after;
  const patch: [string, unknown][] = [];
  for (const [key, value] of Object.entries(after)) {
    const change = key in before ? mergePatch(before[key], value) : value;
    if (change !== undefined) patch.push([key, change]);
  }
  for (const key of Object.keys(before)) if (!(key in after)) patch.push([key, null]);
  return patch.length === 0 ? undefined : Object.fromEntries(patch);
};
