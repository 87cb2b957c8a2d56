/** A path of ours to go on to after signing in; anything else is the Monitor. */
export const safeNext = (next: string | null): string =>
  next !== null && /^\/(?![/\\])/.test(next) ? next : '/monitor';
