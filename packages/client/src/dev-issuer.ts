import { readAnswer } from './rest.ts';
import type { Token } from './types.ts';

/** Somebody to sign in as on a developer's machine. */
export interface DevAccount {
  readonly sub: string;
  readonly role: string;
  readonly name: string;
  readonly what: string;
}

/** Sign-in without passwords; answers only where the gateway runs with the dev issuer. */
export const createDevIssuerClient = (base: string) => ({
  accounts: async (): Promise<readonly DevAccount[]> =>
    (await readAnswer<{ items: readonly DevAccount[] }>(await fetch(`${base}/dev/accounts`))).items,
  token: async (sub: string): Promise<Token> =>
    readAnswer<Token>(
      await fetch(`${base}/dev/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ sub }),
      }),
    ),
});
