import { describe, expect, it } from 'vitest';
import { changeOf } from '../src/format/change.ts';
import { formatCount, formatMoney, formatShare, symbolsCollide } from '../src/format/number.ts';
import { formatLength, formatMinute, formatOnAir, formatWatch } from '../src/format/time.ts';

const money = (minor: number, currency: string, more = {}): string =>
  formatMoney(minor, currency, { locale: 'en', ...more });

describe('money', () => {
  it('is compact with exactly four digits from 10,000 major units', () => {
    expect(money(19_580_000_000, 'IDR')).toBe('Rp\u202f195.8M');
    expect(money(161_500_000, 'PHP')).toBe('₱1.615M');
    expect(money(10_160_000, 'MYR')).toBe('RM\u202f101.6K');
    expect(money(999_999, 'PHP')).toBe('₱10.00K');
    expect(money(999_949, 'PHP')).toBe('₱9,999');
  });
  it('is full below, without decimals from 1,000 and in currencies used without them', () => {
    expect(money(36_500, 'PHP')).toBe('₱365.00');
    expect(money(99_999, 'PHP')).toBe('₱999.99');
    expect(money(529_400, 'PHP')).toBe('₱5,294');
    expect(money(12_900, 'IDR')).toBe('Rp\u202f129');
    expect(money(349, 'VND')).toBe('₫349');
    expect(money(980, 'JPY')).toBe('¥980');
    expect(money(1_234, 'KWD')).toBe('KWD\u202f1.234');
  });
  it('shows every digit where asked, and the code where symbols would look alike', () => {
    expect(money(161_512_345, 'PHP', { full: true })).toBe('₱1,615,123.45');
    expect(money(36_500, 'SGD', { code: true })).toBe('SGD\u202f365.00');
    expect(symbolsCollide(['SGD', 'USD'], 'en')).toBe(true);
    expect(symbolsCollide(['SGD', 'SGD', 'MYR'], 'en')).toBe(false);
  });
});

describe('counts and ratios', () => {
  it('are full up to 99,999, then compact', () => {
    expect([0, 94_850, 99_999, 131_700].map((n) => formatCount(n, 'en'))).toEqual(['0', '94,850', '99,999', '131.7K']);
  });
  it('have one decimal from 10 %, two below', () => {
    expect([0.133, 0.0513, 0.09996, 1.2].map((n) => formatShare(n, 'en'))).toEqual([
      '13.3%',
      '5.13%',
      '10.0%',
      '120.0%',
    ]);
  });
});

describe('times', () => {
  it('read as watch time, time on air and length', () => {
    expect(formatWatch(76_400)).toBe('1:16');
    expect(formatOnAir(5_841_000)).toBe('1:37:21');
    expect([34_000, 112_000, 11_520_000].map(formatLength)).toEqual(['34 s', '1 min 52 s', '3 h 12 min']);
  });
  it('fall back to UTC in a zone that is not known', () => {
    expect(formatMinute(Date.UTC(2026, 0, 1, 20, 46), 'en', 'Nowhere/Else')).toBe('20:46');
    expect(formatMinute(Date.UTC(2026, 0, 1, 20, 46), 'en', 'Asia/Jakarta')).toBe('03:46');
  });
});

describe('a change', () => {
  const of = (delta: number | undefined, more = {}, better: 'up' | 'down' | 'none' = 'up') =>
    changeOf({ value: 2, base: 1, ...(delta === undefined ? {} : { delta }), ...more }, better, 'en');

  it('has one decimal below 10 %, none from there, and a factor from +1000 %', () => {
    const texts = [0.12, -0.074, 0.0996, -0.76, 9.994, 10, 11.6].map((delta) => of(delta).text);
    expect(texts).toEqual(['+12%', '\u22127.4%', '+10%', '\u221276%', '+999%', '×11', '×13']);
  });
  it('is "= 0%" below half a percent', () => {
    expect(of(0.0049)).toMatchObject({ text: '= 0%', direction: 'flat' });
    expect(of(-0.005).text).toBe('\u22120.5%');
  });
  it('never shows a number that there is not', () => {
    expect(changeOf(undefined, 'up', 'en')).toMatchObject({ text: '–', reason: 'no base yet' });
    expect(changeOf({ value: 3 }, 'up', 'en')).toMatchObject({ text: '–', reason: 'no base yet' });
    expect(changeOf({ value: 3, base: 0 }, 'up', 'en').text).toBe('new');
    expect(changeOf({ value: 0, base: 0 }, 'up', 'en')).toMatchObject({ text: '–', reason: 'base was 0' });
  });
  it('is coloured by what is good news, and only beyond noise', () => {
    expect(of(0.5, { signal: 'quiet' }).tone).toBe('none');
    expect(of(0.5, { signal: 'strong' }).tone).toBe('better');
    expect(of(0.5, { signal: 'notable' }, 'down')).toMatchObject({ tone: 'worse', direction: 'up' });
    expect(of(-0.5, { signal: 'strong' }, 'none').tone).toBe('none');
  });
  it('reads aloud', () => {
    expect(of(-0.6, { signal: 'strong' }).words).toBe('down 60 percent against the last five minutes, strong');
  });
});
