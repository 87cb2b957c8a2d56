import type { Lease } from '@liveboard/live-store';

/** Notices that Redis lost its data, so that what is held is registered again before anybody takes more. */
export interface BootGuard {
  /** Asks Redis. Resolves to the ms for which new rooms are refused; 0 = none. */
  check(): Promise<number>;
}

export const createBootGuard = (lease: Lease, onLost: () => void): BootGuard => {
  let known: string | undefined;
  return {
    check: async () => {
      const { id, holdMs } = await lease.boot();
      const lost = known !== undefined && known !== id;
      known = id;
      if (lost) onLost();
      return holdMs;
    },
  };
};
