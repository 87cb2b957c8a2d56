/** A deterministic source of randomness: the same seed gives the same draws on every machine and every Node version. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, bound); `bound` must be a positive integer. */
  int(bound: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  /** One element of a non-empty list. */
  pick<T>(list: readonly T[]): T;
  /** Index drawn in proportion to the weights. */
  weighted(weights: readonly number[]): number;
  /** Number of events of a Poisson process with this mean. */
  poisson(mean: number): number;
  /** Exponentially distributed with this mean. */
  exponential(mean: number): number;
}

/** Spreads a text over four 32-bit words (xmur3), so that seeds differing in one letter share nothing. */
function seedWords(text: string): [number, number, number, number] {
  let h = 1779033703 ^ text.length;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 3432918353);
    h = (h << 13) | (h >>> 19);
  }
  const word = (): number => {
    h = Math.imul(h ^ (h >>> 16), 2246822507);
    h = Math.imul(h ^ (h >>> 13), 3266489909);
    h ^= h >>> 16;
    return h >>> 0;
  };
  return [word(), word(), word(), word()];
}

/**
 * sfc32 seeded by a text. Only integer arithmetic and `Math.log`/`Math.exp` on top of it are used; the latter are
 * compared against thresholds, never printed, so a last-bit difference between engines does not show.
 */
export function createRandom(seed: string): Random {
  let [a, b, c, d] = seedWords(seed);
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return (t >>> 0) / 4294967296;
  };
  // The first draws after seeding are still correlated with the seed words.
  for (let i = 0; i < 12; i++) next();

  const int = (bound: number): number => Math.floor(next() * bound);
  const poisson = (mean: number): number => {
    if (mean <= 0) return 0;
    // Knuth's product underflows for large means; halves of a Poisson add up to it.
    if (mean > 30) return poisson(mean / 2) + poisson(mean / 2);
    const limit = Math.exp(-mean);
    let n = 0;
    for (let p = next(); p > limit; p *= next()) n++;
    return n;
  };
  return {
    next,
    int,
    chance: (p) => next() < p,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new RangeError('pick from an empty list');
      return list[int(list.length)] as T;
    },
    weighted: (weights) => {
      let rest = next() * weights.reduce((sum, w) => sum + w, 0);
      for (let i = 0; i < weights.length; i++) {
        rest -= weights[i] ?? 0;
        if (rest < 0) return i;
      }
      return weights.length - 1;
    },
    poisson,
    exponential: (mean) => -Math.log(1 - next()) * mean,
  };
}
