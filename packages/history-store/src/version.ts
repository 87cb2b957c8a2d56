const OFFSET_BITS = 48n;
const OFFSET_MASK = (1n << OFFSET_BITS) - 1n;

/** `generation * 2^48 + offset`: orders rows over all lives of the log. Decimal, because JSON's numbers end at 2^53. */
export const versionOf = (generation: number, offset: number): string =>
  ((BigInt(generation) << OFFSET_BITS) | BigInt(offset)).toString();

export const readVersion = (ver: string): { readonly generation: number; readonly offset: number } => {
  const value = BigInt(ver);
  return { generation: Number(value >> OFFSET_BITS), offset: Number(value & OFFSET_MASK) };
};
