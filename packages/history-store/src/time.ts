/** An instant (ms since 1970) as `DateTime64(3, 'UTC')` reads it in any build: bare integers are ticks in some, seconds in others. */
export const toDateTime = (ms: number): string => new Date(ms).toISOString().slice(0, 23).replace('T', ' ');

/** The instant (ms) that `toDateTime` wrote, or a server did. */
export const fromDateTime = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`);
