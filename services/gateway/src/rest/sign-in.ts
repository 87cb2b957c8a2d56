import type { SignIn } from '@liveboard/contracts';
import type { FastifyInstance } from 'fastify';

/** The one question that the board's page may ask before anybody has signed in. */
export const registerSignIn = (app: FastifyInstance, signIn: SignIn): void => {
  app.get('/v1/sign-in', async (_, reply): Promise<SignIn> => {
    reply.header('cache-control', 'no-store');
    return signIn;
  });
};
