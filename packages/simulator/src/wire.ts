/** A record as a producer hands it to the broker. */
export interface WireRecord {
  /** Production time, simulated ms since 1970 UTC; records are given in this order. */
  at: number;
  key: string | null;
  value: Uint8Array | null;
  /** Fixed partition; without it the key decides. */
  partition?: number;
}

const encoder = new TextEncoder();

export const utf8 = (text: string): Uint8Array => encoder.encode(text);
export const jsonBytes = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));
