import { createDevIssuerClient, createRest, ProblemError, type Token } from '@liveboard/client';
import { useSyncExternalStore } from 'react';

/** Who signed in last in this browser. The token itself lives in memory only. */
const KEY = 'liveboard.sub';
const USABLE_MS = 60_000;

export const devIssuer = createDevIssuerClient('');

let sub = localStorage.getItem(KEY) ?? undefined;
let held: Token | undefined;
let asking: Promise<Token | undefined> | undefined;
const listeners = new Set<() => void>();

const become = (next: string | undefined): void => {
  sub = next;
  held = undefined;
  asking = undefined;
  if (next === undefined) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  for (const listener of listeners) listener();
};

export const signIn = (next: string): void => become(next);
export const signOut = (): void => become(undefined);

const issue = async (who: string): Promise<Token | undefined> => {
  try {
    held = await devIssuer.token(who);
    return held;
  } catch (error) {
    // The issuer's own word ends the session; a server that is away does not.
    if (error instanceof ProblemError && error.problem.status < 500) return undefined;
    throw error;
  } finally {
    asking = undefined;
  }
};

/** The bearer token; `fresh` where the last one was refused. Undefined: nobody is signed in. */
export const token = async (fresh: boolean): Promise<Token | undefined> => {
  if (sub === undefined) return undefined;
  if (!fresh && held !== undefined && held.expires_at - Date.now() > USABLE_MS) return held;
  asking ??= issue(sub);
  return asking;
};

export const rest = createRest('', token);

export const useSub = (): string | undefined =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => sub,
  );
