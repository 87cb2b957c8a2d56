/** An owned partition: who has it, and where its log ended when it was taken over. */
export interface Owned<R> {
  readonly partition: number;
  readonly runner: R;
  readonly end: number;
}

/**
 * Who owns the partitions. A partition that comes back has another owner while the former may still be at its end: each
 * is known by a number of its own, and to let go of one leaves the other alone.
 */
export interface Owners<R> {
  /** Gives the number of the new owner. */
  add(owned: Owned<R>): number;
  /** @throws Error where it was released. */
  get(owner: number): R;
  /** The present owner of each partition. */
  owned(): readonly Owned<R>[];
  /** Does what ends an owner, which is reached until that is done but no longer counts as its partition's. */
  release(owner: number, end: (runner: R) => Promise<void>): Promise<void>;
}

export const createOwners = <R>(): Owners<R> => {
  const runners = new Map<number, R>();
  const owned = new Map<number, Owned<R> & { readonly owner: number }>();
  let last = 0;
  return {
    add: (place) => {
      const owner = ++last;
      runners.set(owner, place.runner);
      owned.set(place.partition, { ...place, owner });
      return owner;
    },
    get: (owner) => {
      const runner = runners.get(owner);
      if (runner === undefined) throw new Error(`owner ${owner} was released`);
      return runner;
    },
    owned: () => [...owned.values()],
    release: async (owner, end) => {
      for (const [partition, held] of owned) if (held.owner === owner) owned.delete(partition);
      const runner = runners.get(owner);
      if (runner !== undefined) await end(runner);
      runners.delete(owner);
    },
  };
};
