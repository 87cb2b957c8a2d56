import { askSignIn, createRest, type Token } from '@liveboard/client';
import { useSyncExternalStore } from 'react';
import { navigate } from '../route.ts';
import { createDevWay } from './dev-way.ts';
import type { NoWay, Way } from './way.ts';

const NO_WAY: NoWay = { kind: 'none', sub: undefined, token: async () => undefined, signOut: () => undefined };

let way: Way = NO_WAY;
const listeners = new Set<() => void>();
const changed = (): void => {
  for (const listener of listeners) listener();
};

/** Learns how people sign in here and who already is. Rejects where the gateway does not say; ask again then. */
export const startSession = async (): Promise<void> => {
  const told = await askSignIn('');
  if (told.kind === 'oidc') {
    // Its library is large, and of no use elsewhere.
    const { createOidcWay } = await import('./oidc-way.ts');
    way = await createOidcWay(told, changed, (path) => navigate(path, true));
  } else way = told.kind === 'dev' ? createDevWay(changed) : NO_WAY;
};

/** How people sign in here. It does not change once the session has started. */
export const getWay = (): Way => way;

export const signOut = (): void => way.signOut();

/** The bearer token; `fresh` where the last one was refused. Undefined: nobody is signed in. */
export const token = (fresh: boolean): Promise<Token | undefined> => way.token(fresh);

export const rest = createRest('', token);

export const useSub = (): string | undefined =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => way.sub,
  );
