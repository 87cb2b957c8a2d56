import type { Contract, Directory } from './directory.ts';
import type { Principal } from './permit.ts';

export const isInForce = ({ from, to }: Contract, at: number): boolean => from <= at && (to === undefined || at < to);

/** The modules that a contract opens. One about an account reaches what that account did, never the shop's own analytics. */
export const modulesOf = (directory: Directory, { services, level }: Contract): readonly string[] =>
  services
    .flatMap((code) => directory.get('service_category', code)?.modules ?? [])
    .filter((module) => level === 'shop' || module !== 'SA');

/** The modules that the contracts of the principal's partner open at the instant `at` (ms), in order of their codes. */
export const openModules = (directory: Directory, { role, partner_id }: Principal, at: number): readonly string[] => {
  if (role !== 'partner' || partner_id === undefined) return [];
  const inForce = directory.contracts(partner_id).filter((each) => isInForce(each, at));
  return [...new Set(inForce.flatMap((each) => modulesOf(directory, each)))].sort();
};
