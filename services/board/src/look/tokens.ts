/** Every colour of the board, by its token. The contrast test reads the same table. */
export interface Tokens {
  readonly bg: string;
  readonly surface: string;
  readonly sunk: string;
  readonly line: string;
  readonly line2: string;
  readonly text: string;
  readonly text2: string;
  readonly text3: string;
  readonly accent: string;
  readonly accentBg: string;
  readonly good: string;
  readonly goodBg: string;
  readonly bad: string;
  readonly badBg: string;
  readonly warn: string;
  readonly warnBg: string;
  /** Text on a filled badge or button. */
  readonly onFill: string;
}

export const LIGHT: Tokens = {
  bg: '#F5F6F8',
  surface: '#FFFFFF',
  sunk: '#F0F2F5',
  line: '#E3E6EB',
  line2: '#EEF0F3',
  text: '#12161C',
  text2: '#4E5866',
  text3: '#5F6877',
  accent: '#2F55D4',
  accentBg: '#EEF2FE',
  good: '#08744A',
  goodBg: '#E4F5EC',
  bad: '#C0282D',
  badBg: '#FDECEC',
  warn: '#8A5A00',
  warnBg: '#FFF4DC',
  onFill: '#FFFFFF',
};

export const DARK: Tokens = {
  bg: '#0A0D12',
  surface: '#11151B',
  sunk: '#0D1116',
  line: '#232A34',
  line2: '#1B212A',
  text: '#EAEEF4',
  text2: '#A7B1BF',
  text3: '#8590A0',
  accent: '#8AA6FF',
  accentBg: '#18213A',
  good: '#42D392',
  goodBg: '#0E2A1F',
  bad: '#FF8078',
  badBg: '#34171A',
  warn: '#F2B94B',
  warnBg: '#2D220E',
  onFill: '#0A0D12',
};

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * The tokens as custom properties. `up` and `down` are the directions of a change and may be swapped; `good` and `bad`
 * are a room's condition and an error's colour and never swap, so that Trouble stays apart from Peak.
 */
export const properties = (tokens: Tokens, redUp: boolean): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(Object.entries(tokens).map(([name, value]) => [`--${kebab(name)}`, value as string])),
  '--up': redUp ? tokens.bad : tokens.good,
  '--up-bg': redUp ? tokens.badBg : tokens.goodBg,
  '--down': redUp ? tokens.good : tokens.bad,
  '--down-bg': redUp ? tokens.goodBg : tokens.badBg,
});
