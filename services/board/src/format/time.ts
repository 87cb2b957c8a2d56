const two = (n: number): string => String(n).padStart(2, '0');

/** Watch time, `m:ss`. */
export const formatWatch = (ms: number): string => {
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
};

/** Time on air, `h:mm:ss`. */
export const formatOnAir = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};

/** A length in words, `1 h 17 min`, `1 min 52 s`, `34 s`: the two largest units. */
export const formatLength = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
};

const clocks = new Map<string, Intl.DateTimeFormat>();
const clock = (locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${locale}|${JSON.stringify(options)}`;
  let held = clocks.get(key);
  if (held === undefined) {
    held = new Intl.DateTimeFormat(locale, options);
    clocks.set(key, held);
  }
  return held;
};

const MINUTE = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/** Clock time in the viewer's zone, or in `timeZone`; one that is not known falls back to UTC. */
export const formatMinute = (ts: number, locale: string, timeZone?: string): string => {
  try {
    return clock(locale, timeZone === undefined ? MINUTE : { ...MINUTE, timeZone }).format(ts);
  } catch {
    return clock(locale, { ...MINUTE, timeZone: 'UTC' }).format(ts);
  }
};
export const formatSecond = (ts: number, locale: string): string =>
  clock(locale, { ...MINUTE, second: '2-digit' }).format(ts);
/** Short name of the viewer's zone. */
export const zoneName = (ts: number, locale: string): string =>
  clock(locale, { timeZoneName: 'short' })
    .formatToParts(ts)
    .find(({ type }) => type === 'timeZoneName')?.value ?? '';
