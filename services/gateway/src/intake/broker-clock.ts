/** How long one answer of the broker is believed, ms: clocks drift. */
const BELIEVED_MS = 60_000;

/** A time that the broker's clock has certainly reached, by what its acknowledgements said. */
export interface BrokerClock {
  /** The broker stamped a record with `append` that was acknowledged just now. */
  note(append: number): void;
  now(): number;
}

/**
 * Until the broker has answered it is taken to run as this machine does. An answer that came late makes the time too
 * early, never too late: an event that is not ahead of it is not ahead of its append time either.
 */
export const createBrokerClock = (localNow: () => number): BrokerClock => {
  let ahead: number | undefined;
  let notedAt = 0;
  return {
    note: (append) => {
      const at = localNow();
      if (append <= 0) return;
      if (ahead !== undefined && append - at <= ahead && at - notedAt < BELIEVED_MS) return;
      ahead = append - at;
      notedAt = at;
    },
    now: () => localNow() + (ahead ?? 0),
  };
};
