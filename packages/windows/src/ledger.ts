import type { Ledger } from '@liveboard/contracts';

/** A partition's ledger before its first record. */
export const createLedger = (): Ledger => ({
  in: 0,
  counted: 0,
  duplicate: 0,
  late: 0,
  quarantined: 0,
  forwarded: 0,
  ignored: 0,
  ticks: 0,
});
