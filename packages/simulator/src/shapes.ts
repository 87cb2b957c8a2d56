/**
 * What a room's crowd does over time, as factors on its base rates. `minute` is the (fractional) minute since the room
 * started. A board compares a minute with the five before it, so a room reads "peak" only while it keeps growing and
 * "trouble" only while it keeps falling: the shapes are written for that comparison.
 */
export interface Mood {
  /** Entries and impressions. */
  views: number;
  /** Product clicks per entry. */
  ctr: number;
  /** Orders per click. */
  ctor: number;
  /** Value of an order. */
  aov: number;
  /** Mean time that an entering viewer stays. */
  stay: number;
  /** Nothing at all is sent. */
  asleep: boolean;
}

export type Shape = (minute: number) => Mood;

/** What the board is expected to say about a room at an instant, once the room is old enough for a state. */
export type ExpectedState = 'steady' | 'peak' | 'trouble' | 'warming_up' | 'asleep' | 'varies';

const CALM: Mood = { views: 1, ctr: 1, ctor: 1, aov: 1, stay: 1, asleep: false };

/** A long, shallow swell that stays within minute noise. */
export function steady(phase: number): Shape {
  return (minute) => ({ ...CALM, views: 1 + 0.05 * Math.sin((minute + phase) / 4) });
}

/** Length of one cycle of a surging room, minutes. Several of them, shifted against each other, take turns. */
export const SURGE_PERIOD = 105;
const SURGE_RISE = 27;
/** Growth a minute, as exponents: the crowd, its clicks, its orders and what they are worth. */
const GROWTH = { views: 0.098, ctr: 0.008, ctor: 0.034, aov: 0.03 };

/** Minute within the cycle that `lead` shifts. */
const surgeAt = (minute: number, lead: number): number =>
  (((minute - lead) % SURGE_PERIOD) + SURGE_PERIOD) % SURGE_PERIOD;

/** Grows by a tenth and more each minute for half an hour, then ebbs slowly. */
export function surge(lead: number): Shape {
  return (minute) => {
    const at = surgeAt(minute, lead);
    const age = at < SURGE_RISE ? at : SURGE_RISE * (1 - (at - SURGE_RISE) / (SURGE_PERIOD - SURGE_RISE));
    return {
      ...CALM,
      views: Math.exp(age * GROWTH.views),
      ctr: Math.exp(age * GROWTH.ctr),
      ctor: Math.exp(age * GROWTH.ctor),
      aov: Math.exp(age * GROWTH.aov),
    };
  };
}

/** When a surging room is expected to read as at a peak: past the first minutes of the rise, with ten minutes of age. */
export function surgeExpected(lead: number): (minute: number) => ExpectedState {
  return (minute) => {
    if (minute < 10) return 'warming_up';
    const at = surgeAt(minute, lead);
    return at >= 8 && at < SURGE_RISE ? 'peak' : 'varies';
  };
}

/** First minute of trouble, and the length of one wave of it: a long fall and a short recovery. */
const TROUBLE_FROM = 8;
const TROUBLE_PERIOD = 20.5;
const TROUBLE_FALL = 17.5;

/** How far down the room is, in minutes of falling. */
function troubleDepth(minute: number): number {
  if (minute < TROUBLE_FROM) return 0;
  const at = (minute - TROUBLE_FROM) % TROUBLE_PERIOD;
  return at < TROUBLE_FALL ? at : TROUBLE_FALL * (1 - (at - TROUBLE_FALL) / (TROUBLE_PERIOD - TROUBLE_FALL));
}

/** True while the host of a room in trouble has nothing pinned. */
export const troubleIsDown = (minute: number): boolean =>
  minute >= TROUBLE_FROM && (minute - TROUBLE_FROM) % TROUBLE_PERIOD < TROUBLE_FALL;

/** Falls in waves: clicks and orders dwindle, the crowd leaves, a short recovery, and down again. */
export function trouble(): Shape {
  return (minute) => {
    const depth = troubleDepth(minute);
    return {
      ...CALM,
      views: Math.exp(-0.062 * depth),
      ctr: Math.exp(-0.05 * depth),
      ctor: Math.exp(-0.062 * depth),
      stay: Math.exp(-0.02 * depth),
    };
  };
}

/** Trouble is expected once a fall has outrun its base, and until it ends. */
export const troubleExpected = (minute: number): ExpectedState => {
  if (minute < 10) return 'warming_up';
  const at = (minute - TROUBLE_FROM) % TROUBLE_PERIOD;
  return at >= 6 && at < TROUBLE_FALL - 1 ? 'trouble' : 'varies';
};

/** Sends for a while, is silent for longer than ten minutes, and wakes. */
export function sleeper(awake: number, asleep: number): Shape {
  return (minute) => ({ ...CALM, asleep: minute % (awake + asleep) >= awake });
}
