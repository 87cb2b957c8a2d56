import type { Directory } from './directory.ts';

/** Whether a token of `sub` that was issued at `issuedAt` (ms) is refused, since all before a later instant are. */
export const isRevoked = (directory: Directory, sub: string, issuedAt: number): boolean => {
  const held = directory.get('principal', sub);
  return held !== undefined && issuedAt < held.not_before;
};
