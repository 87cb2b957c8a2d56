import type { Author } from '@liveboard/contracts';

/** An author deeper or longer than this is left out: it is a label, and what it is wrapped in must still be written. */
const MAX_DEPTH = 16;
const MAX_TEXT = 2_000;

/** Whether a value nests deeper than `limit`. Walks without recursion: a record may nest as deep as it is long. */
const isDeeper = (value: unknown, limit: number): boolean => {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const objects = level.filter((each): each is object => typeof each === 'object' && each !== null);
    if (objects.length > 0 && depth >= limit) return true;
    level = objects.flatMap((each) => Object.values(each));
  }
  return false;
};

/** Who a marker is by, as JSON; undefined where there is nobody, or more than a label. Never throws. */
export const authorText = (by: Author | null | undefined): string | undefined => {
  if (by === undefined || by === null || isDeeper(by, MAX_DEPTH)) return undefined;
  const text = JSON.stringify(by);
  return text.length > MAX_TEXT ? undefined : text;
};
