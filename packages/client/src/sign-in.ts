import type { SignIn } from '@liveboard/contracts';
import { readAnswer } from './rest.ts';

/** How people sign in through the gateway at `base`, empty for the page's own. @throws ProblemError where it is refused. */
export const askSignIn = async (base: string): Promise<SignIn> => readAnswer<SignIn>(await fetch(`${base}/v1/sign-in`));
