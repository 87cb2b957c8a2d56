/** Where unknown: never a zero. */
export const NOT_AVAILABLE = '–';

const formats = new Map<string, Intl.NumberFormat>();

/** One formatter per set of options: making one costs more than a thousand uses. */
const formatter = (locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat => {
  const key = `${locale}|${JSON.stringify(options)}`;
  let held = formats.get(key);
  if (held === undefined) {
    held = new Intl.NumberFormat(locale, options);
    formats.set(key, held);
  }
  return held;
};

const COMPACT = {
  notation: 'compact',
  minimumSignificantDigits: 4,
  maximumSignificantDigits: 4,
} as const satisfies Intl.NumberFormatOptions;

/** Full with separators up to 99,999, then compact with four digits. */
export const formatCount = (value: number, locale: string): string =>
  Math.abs(value) < 99_999.5
    ? formatter(locale, { maximumFractionDigits: 0 }).format(value)
    : formatter(locale, COMPACT).format(value);

export const formatFull = (value: number, locale: string): string =>
  formatter(locale, { maximumFractionDigits: 1 }).format(value);

/** A share as percent: one decimal from 10 %, two below. */
export const formatShare = (share: number, locale: string): string => {
  // Rounded first, so that 9.996 % does not become "10.00 %".
  const digits = Math.abs(share) >= 0.099_95 ? 1 : 2;
  return formatter(locale, {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(share);
};

/** Percent without sign: one decimal below 10 %, none from 10 %. */
export const formatPercent = (share: number, locale: string): string => {
  const digits = Math.abs(share) >= 0.099_5 ? 0 : 1;
  return formatter(locale, {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: 'never',
  }).format(share);
};

/** Currencies that are written without their minor units in daily use. */
const WITHOUT_MINOR = new Set(['IDR', 'VND', 'JPY', 'KRW']);

export interface MoneyStyle {
  readonly locale: string;
  /** ISO code instead of the symbol, where two rooms' symbols would look alike. */
  readonly code?: boolean;
  /** The whole amount, whatever its size. */
  readonly full?: boolean;
}

/**
 * Digits of a currency's minor unit where they are not two (ISO 4217). Not asked of `Intl`, which answers with the digits
 * in daily use: none for IDR, whose minor unit is a hundredth all the same.
 */
const MINOR_DIGITS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
  CLF: 4,
  UYW: 4,
};

/** `minor` in the currency's minor units. From 10,000 major units compact with exactly four digits. */
export const formatMoney = (minor: number, currency: string | undefined, style: MoneyStyle): string => {
  const { locale, code = false, full = false } = style;
  if (currency === undefined) return formatCount(minor, locale);
  const digits = MINOR_DIGITS[currency] ?? 2;
  const major = minor / 10 ** digits;
  const size = Math.abs(major);
  const decimals = (!full && size >= 999.995) || WITHOUT_MINOR.has(currency) ? 0 : digits;
  const shape =
    !full && size >= 9_999.5 ? COMPACT : { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return formatter(locale, {
    style: 'currency',
    currency,
    currencyDisplay: code ? 'code' : 'narrowSymbol',
    ...shape,
  })
    .format(major)
    .replace(/\u00a0/g, '\u202f');
};

/** True where two different currencies are written with the same symbol. */
export const symbolsCollide = (currencies: readonly string[], locale: string): boolean => {
  const distinct = [...new Set(currencies)];
  const symbols = distinct.map(
    (currency) =>
      formatter(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
        .formatToParts(0)
        .find(({ type }) => type === 'currency')?.value,
  );
  return new Set(symbols).size < distinct.length;
};
