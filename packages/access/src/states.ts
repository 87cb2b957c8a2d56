import type { Authorization, Directory, Subject } from './directory.ts';
import { isInForce } from './modules.ts';
import { hasExpired } from './transitions.ts';

/** An authorization's state as people are told it. `expired` and `lapsed` follow from the clock and are stored nowhere. */
export type AuthorizationState = Authorization['state'] | 'expired' | 'lapsed';

/**
 * The state at the instant `at`, ms. `lapsed`: granted, but the contract is over and no other is in force; with the next contract
 * it is granted again.
 */
export const stateOf = (directory: Directory, authorization: Authorization, at: number): AuthorizationState => {
  if (hasExpired(authorization, at)) return 'expired';
  if (authorization.state !== 'granted') return authorization.state;
  const contracts = directory
    .contracts(authorization.partner_id, authorization)
    .filter(({ id }) => authorization.contract_id === undefined || id === authorization.contract_id);
  const isOver = contracts.some(({ to }) => to !== undefined && to <= at);
  return isOver && !contracts.some((each) => isInForce(each, at)) ? 'lapsed' : 'granted';
};

/** How the partner's authorization for a room's account stands, or where there is none, that for its shop. */
export const standingOf = (
  directory: Directory,
  partnerId: string,
  { account_id, shop_id }: Subject,
  at: number,
): AuthorizationState | 'none' => {
  const found =
    (account_id === undefined ? undefined : directory.authorization(partnerId, { account_id })) ??
    (shop_id === undefined ? undefined : directory.authorization(partnerId, { shop_id }));
  return found === undefined ? 'none' : stateOf(directory, found, at);
};
