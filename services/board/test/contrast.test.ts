import { describe, expect, it } from 'vitest';
import { DARK, LIGHT, properties, type Tokens } from '../src/look/tokens.ts';

const channel = (value: number): number => {
  const share = value / 255;
  return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};
const luminance = (hex: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => channel(Number.parseInt(hex.slice(at, at + 2), 16)));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
/** WCAG 2.2, 1.4.3. */
const contrast = (a: string, b: string): number => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

const TEXTS = ['text', 'text2', 'text3', 'accent', 'good', 'bad', 'warn'] as const;
const GROUNDS = ['surface', 'bg', 'sunk', 'accentBg', 'goodBg', 'badBg', 'warnBg'] as const;

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
] as const)('the %s tokens', (_, tokens: Tokens) => {
  it.each(TEXTS.flatMap((text) => GROUNDS.map((ground) => [text, ground] as const)))(
    '%s on %s reaches 4.5:1',
    (text, ground) => {
      expect(contrast(tokens[text], tokens[ground])).toBeGreaterThanOrEqual(4.5);
    },
  );
  it.each(['good', 'bad', 'accent'] as const)('text on a filled %s reaches 4.5:1', (fill) => {
    expect(contrast(tokens.onFill, tokens[fill])).toBeGreaterThanOrEqual(4.5);
  });
  it('swaps the directions only', () => {
    const [plain, swapped] = [properties(tokens, false), properties(tokens, true)];
    expect(swapped['--up']).toBe(plain['--down']);
    expect(swapped['--down-bg']).toBe(plain['--up-bg']);
    expect(swapped['--bad']).toBe(plain['--bad']);
  });
});
