import { createDevIssuerClient, ProblemError, type Token } from '@liveboard/client';
import type { DevWay } from './way.ts';

/** Who signed in last in this browser. The token itself lives in memory only. */
const KEY = 'liveboard.sub';
const USABLE_MS = 60_000;

/** `changed` is told when somebody else is signed in, or nobody. */
export const createDevWay = (changed: () => void): DevWay => {
  const issuer = createDevIssuerClient('');
  let sub = localStorage.getItem(KEY) ?? undefined;
  let held: Token | undefined;
  let asking: Promise<Token | undefined> | undefined;

  const become = (next: string | undefined): void => {
    sub = next;
    held = undefined;
    asking = undefined;
    if (next === undefined) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
    changed();
  };

  const issue = async (who: string): Promise<Token | undefined> => {
    try {
      held = await issuer.token(who);
      return held;
    } catch (error) {
      // The issuer's own word ends the session; a server that is away does not.
      if (error instanceof ProblemError && error.problem.status < 500) return undefined;
      throw error;
    } finally {
      asking = undefined;
    }
  };

  return {
    kind: 'dev',
    get sub() {
      return sub;
    },
    token: async (fresh) => {
      if (sub === undefined) return undefined;
      if (!fresh && held !== undefined && held.expires_at - Date.now() > USABLE_MS) return held;
      asking ??= issue(sub);
      return asking;
    },
    accounts: issuer.accounts,
    signIn: (who) => become(who),
    signOut: () => become(undefined),
  };
};
