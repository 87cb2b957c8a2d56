import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { LiveProvider } from './live/live.tsx';
import { Theme, useDark } from './look/theme.tsx';
import { MonitorPage } from './monitor/monitor-page.tsx';
import { navigate, useAddress } from './route.ts';
import { PATHS } from './session/oidc-settings.ts';
import { useSub } from './session/session.ts';
import { SignInPage } from './session/sign-in.tsx';

const forcedTheme = ({ searchParams }: URL): 'light' | 'dark' | undefined => {
  const asked = searchParams.get('theme');
  if (asked === 'light' || asked === 'dark') return asked;
  return searchParams.get('kiosk') === '1' ? 'dark' : undefined;
};

export const App = () => {
  const address = useAddress();
  const sub = useSub();
  const queries = useQueryClient();
  const dark = useDark(forcedTheme(address));
  const path = address.pathname;
  const isSignIn = path === '/signin' || path === PATHS.signedOut;
  const known = isSignIn || path === '/monitor';
  useEffect(() => {
    if (!known) navigate('/monitor', true);
    else if (!isSignIn && sub === undefined)
      navigate(`/signin?next=${encodeURIComponent(address.pathname + address.search)}`, true);
  }, [known, isSignIn, sub, address]);
  useEffect(() => {
    // Nothing of one person stays for the next.
    if (sub === undefined) queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'dev-accounts' });
  }, [sub, queries]);
  return (
    <Theme dark={dark}>
      {isSignIn ? (
        <SignInPage />
      ) : (
        sub !== undefined &&
        known && (
          <LiveProvider key={sub}>
            <MonitorPage dark={dark} />
          </LiveProvider>
        )
      )}
    </Theme>
  );
};
