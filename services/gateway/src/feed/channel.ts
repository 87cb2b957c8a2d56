import type { ChannelMessage } from '@liveboard/contracts';

const LISTS = ['products', 'sources', 'catalog', 'markers', 'minutes'];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isRows = (value: unknown): boolean => Array.isArray(value) && value.every(isObject);
const isAbsentOr = (is: (value: unknown) => boolean, value: unknown): boolean => value === undefined || is(value);

const isMessage = (value: unknown): value is ChannelMessage => {
  if (!isObject(value)) return false;
  if (value.kind === 'comments') return isRows(value.items);
  return (
    value.kind === 'update' &&
    Number.isInteger(value.generation) &&
    Number.isInteger(value.rev) &&
    isAbsentOr(isObject, value.set) &&
    isAbsentOr(isObject, value.compare) &&
    LISTS.every((list) => isAbsentOr(isRows, value[list]))
  );
};

/**
 * A message of a room's channel; undefined for what ingest did not write: nothing on a channel may stop the process.
 * Checked as deep as the hub itself looks, since every message of every watched room passes here.
 */
export const readChannelMessage = (text: string): ChannelMessage | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isMessage(value) ? value : undefined;
  } catch {
    return undefined;
  }
};
