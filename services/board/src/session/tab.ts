const KEY = 'liveboard.tab';
/** A reload may ask before the browser has let go of what the page before it held, ms. */
const RELOAD_MS = 500;

/** Holds a lock as long as this page lives; false where another page holds it. */
const hold = (name: string): Promise<boolean> =>
  new Promise((done) => {
    navigator.locks
      .request(
        name,
        { signal: AbortSignal.timeout(RELOAD_MS) },
        () =>
          new Promise<void>(() => {
            done(true);
          }),
      )
      .catch(() => done(false));
  });

/**
 * Whether this tab began with a copy of another's storage, as a duplicated one does. Two tabs must not share a refresh
 * token: an issuer that sees one for the second time takes it for stolen, and ends the sign-ins of both.
 */
export const isCopiedTab = async (): Promise<boolean> => {
  const known = sessionStorage.getItem(KEY);
  if (known !== null && (await hold(`${KEY}.${known}`))) return false;
  const own = crypto.randomUUID();
  sessionStorage.setItem(KEY, own);
  await hold(`${KEY}.${own}`);
  return known !== null;
};
