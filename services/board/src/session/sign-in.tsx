import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { navigate, useAddress } from '../route.ts';
import { IssuerSignIn, SignInButton } from './issuer-sign-in.tsx';
import { safeNext } from './next.ts';
import { PATHS } from './oidc-settings.ts';
import { SignInPanel } from './panel.tsx';
import { getWay } from './session.ts';
import type { DevWay } from './way.ts';

const ROLES: Readonly<Record<string, string>> = {
  partner: 'Agency member',
  host: 'Host',
  seller: 'Seller',
  operator: 'Operator',
  service: 'Service',
};
/** Roles with a page of their own so far. */
const WITH_PAGE = new Set(['partner', 'operator', 'host']);

/** The list of demo accounts: arrows move, Enter signs in. */
const AccountList = ({ way, onDone }: { readonly way: DevWay; readonly onDone: () => void }) => {
  const { data, error, isPending } = useQuery({ queryKey: ['dev-accounts'], queryFn: way.accounts, retry: 1 });
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (data !== undefined) list.current?.querySelector('button')?.focus();
  }, [data]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>('button:enabled') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  };
  if (error !== null)
    return (
      <p className="sign-in-note" role="alert">
        This server has no demo accounts. Open the board from your organisation’s sign-in page.
      </p>
    );
  return (
    <ul className="accounts" ref={list} onKeyDown={onKeyDown} aria-busy={isPending}>
      {(data ?? []).map(({ sub, role, name, what }) => (
        <li key={sub}>
          <button
            type="button"
            className="account"
            disabled={!WITH_PAGE.has(role)}
            onClick={() => {
              way.signIn(sub);
              onDone();
            }}
          >
            <span className="account-name">{name}</span>
            <span className="account-role">{ROLES[role] ?? role}</span>
            <span className="account-what">{WITH_PAGE.has(role) ? what : `${what}. No page here yet.`}</span>
          </button>
        </li>
      ))}
    </ul>
  );
};

const NobodyCan = () => (
  <p className="sign-in-note" role="alert">
    This server does not say how to sign in. Whoever runs it must name the issuer (LIVEBOARD_OIDC_ISSUER).
  </p>
);

/** Signing in again over a page that is kept beneath. `onDone`: somebody is signed in, without leaving it. */
export const SignInAgain = ({ onDone }: { readonly onDone: () => void }) => {
  const way = getWay();
  if (way.kind === 'dev') return <AccountList way={way} onDone={onDone} />;
  if (way.kind === 'oidc') return <SignInButton way={way} next={location.pathname + location.search} />;
  return <NobodyCan />;
};

export const SignInPage = () => {
  const address = useAddress();
  const next = safeNext(address.searchParams.get('next'));
  const way = getWay();
  // Whoever comes back here by the browser's Back, signed in again, goes on.
  const isSignedOut = address.pathname === PATHS.signedOut && way.sub === undefined;
  useEffect(() => {
    document.title = 'Sign in · LIVE Board';
  }, []);
  if (way.kind === 'dev')
    return (
      <SignInPanel tag="DEV">
        <h1>Choose an account</h1>
        <p className="sign-in-note">Demo accounts of this machine. Arrow keys and Enter work too.</p>
        <AccountList way={way} onDone={() => navigate(next, true)} />
      </SignInPanel>
    );
  return (
    <SignInPanel>
      {way.kind === 'none' && <NobodyCan />}
      {way.kind === 'oidc' && isSignedOut && (
        <>
          <h1>You are signed out</h1>
          <p className="sign-in-note">The rooms you watched are free for your agency.</p>
          <SignInButton way={way} next={next} />
        </>
      )}
      {way.kind === 'oidc' && !isSignedOut && <IssuerSignIn way={way} next={next} />}
    </SignInPanel>
  );
};
