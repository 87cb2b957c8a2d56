export interface Allowance {
  /** Takes `amount` of what `name` has left. 0, or the ms after which it would be there; then nothing is taken. */
  take(name: string, amount: number): number;
}

/** Principals whose use is remembered; the one that was first seen is forgotten first. */
const NAMES = 10_000;

/** Each name may use `perSecond`, and has up to `burst` saved. An `amount` above `burst` is never there. Times in ms. */
export const createAllowance = (perSecond: number, burst: number, now: () => number): Allowance => {
  const used = new Map<string, { left: number; at: number }>();
  return {
    take: (name, amount) => {
      const at = now();
      let held = used.get(name);
      if (held === undefined) {
        const [oldest] = used.keys();
        if (used.size >= NAMES && oldest !== undefined) used.delete(oldest);
        held = { left: burst, at };
        used.set(name, held);
      }
      held.left = Math.min(burst, held.left + (Math.max(0, at - held.at) / 1_000) * perSecond);
      held.at = at;
      if (held.left < amount) return Math.ceil(((amount - held.left) / perSecond) * 1_000);
      held.left -= amount;
      return 0;
    },
  };
};
