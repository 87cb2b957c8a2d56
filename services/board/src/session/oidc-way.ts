import { createRest, ProblemError, type Token } from '@liveboard/client';
import type { SignIn } from '@liveboard/contracts';
import { OidcClient, type User, UserManager, WebStorageStateStore } from 'oidc-client-ts';
import { type Failure, failureOf, isFinal } from './failure.ts';
import { createKeeper, type Grant } from './keeper.ts';
import { safeNext } from './next.ts';
import { idTokenFault, oidcSettings, PATHS } from './oidc-settings.ts';
import { isCopiedTab } from './tab.ts';
import type { OidcWay } from './way.ts';

/** For an issuer that does not say how long its tokens live, ms. */
const LIFE_MS = 300_000;

const grantOf = ({ access_token, refresh_token, expires_at }: User): Grant => ({
  token: { token: access_token, expires_at: expires_at === undefined ? Date.now() + LIFE_MS : expires_at * 1_000 },
  canRenew: refresh_token !== undefined,
});

const nobody = async (): Promise<Token | undefined> => undefined;

/** Where a sign-in began, as the library kept it for us. */
const nextOf = (state: unknown): string =>
  safeNext(typeof state === 'object' && state !== null && 'next' in state ? String(state.next) : null);

/** Why the gateway does not take the token; a gateway that is away says nothing of it. */
const refusalOf = async (token: Token): Promise<Failure | undefined> => {
  try {
    await createRest('', async () => token).me();
    return undefined;
  } catch (error) {
    const isRefused = error instanceof ProblemError && error.problem.status === 401;
    return isRefused ? { kind: 'refused', detail: error.problem.detail } : undefined;
  }
};

/** Signs in at the issuer that the gateway named. What must outlive a reload is in the tab's own storage. */
export const createOidcWay = async (
  told: Extract<SignIn, { kind: 'oidc' }>,
  changed: () => void,
  go: (path: string) => void,
): Promise<OidcWay> => {
  const settings = {
    ...oidcSettings(told, location.origin),
    stateStore: new WebStorageStateStore({ prefix: 'liveboard.state.', store: sessionStorage }),
  };
  const userStore = new WebStorageStateStore({ prefix: 'liveboard.user.', store: sessionStorage });
  const manager = new UserManager({ ...settings, userStore });
  let sub: string | undefined;
  let keep: (fresh: boolean) => Promise<Token | undefined> = nobody;
  let failure: Failure | undefined;
  let isOver = false;

  const renew = async (): Promise<Grant | undefined> => {
    try {
      // Where the storage was cleared, the library would try what the page's policy forbids.
      const user = (await manager.getUser()) === null ? null : await manager.signinSilent();
      if (!isOver) return user === null ? undefined : grantOf(user);
      // Signed out while the issuer answered: what came then must not be kept.
      await manager.removeUser();
      return undefined;
    } catch (error) {
      if (!isFinal(error)) throw error;
      // `sub` stays: the page is kept beneath, and says that it was signed out.
      await manager.removeUser();
      return undefined;
    }
  };
  const take = (user: User): void => {
    sub = user.profile.sub;
    keep = createKeeper(grantOf(user), renew);
  };

  /** Takes the issuer's answer, the address that it sent the page to. Gives the path to go on at. */
  const finish = async (answer: string): Promise<string> => {
    try {
      const user = await manager.signinRedirectCallback(answer);
      const next = nextOf(user.state);
      const fault = idTokenFault(user.profile, told);
      failure = fault === undefined ? await refusalOf(grantOf(user).token) : { kind: 'unclear', detail: fault };
      if (failure === undefined) {
        take(user);
        return next;
      }
      // Whoever was signed in before has been replaced.
      sub = undefined;
      keep = nobody;
      await manager.removeUser();
      return `/signin?next=${encodeURIComponent(next)}`;
    } catch (error) {
      failure = failureOf(error);
      const state = error instanceof Error && 'state' in error ? error.state : undefined;
      return `/signin?next=${encodeURIComponent(nextOf(state))}`;
    }
  };

  const leave = async (): Promise<void> => {
    const user = await manager.getUser();
    // Here first: the issuer may be away.
    await manager.removeUser();
    const { refresh_token, id_token } = user ?? {};
    if (refresh_token !== undefined)
      await new OidcClient(settings).revokeToken(refresh_token, 'refresh_token').catch(() => undefined);
    // An issuer without a page for it leaves the person on ours.
    await manager.signoutRedirect(id_token === undefined ? {} : { id_token_hint: id_token }).catch(() => undefined);
  };

  if (await isCopiedTab()) await manager.removeUser();
  const known = await manager.getUser();
  if (known !== null) take(known);
  if (location.pathname === PATHS.callback) {
    const answer = location.href;
    // Code and state leave the address before anything else can read or keep them.
    history.replaceState(null, '', '/signin');
    history.replaceState(null, '', await finish(answer));
  }

  return {
    kind: 'oidc',
    get sub() {
      return sub;
    },
    get failure() {
      return failure;
    },
    token: (fresh) => keep(fresh),
    begin: async (next) => {
      failure = undefined;
      try {
        await manager.signinRedirect({ state: { next }, nonce: crypto.randomUUID() });
        // The page is being left; where it is not, it was come back to.
        return { kind: 'away', detail: 'the page was not left' };
      } catch (error) {
        return failureOf(error);
      }
    },
    signOut: () => {
      // First, or the page would go and sign in again.
      go(PATHS.signedOut);
      sub = undefined;
      keep = nobody;
      isOver = true;
      changed();
      void leave();
    },
  };
};
