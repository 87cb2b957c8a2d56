import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { navigate, useAddress } from '../route.ts';
import { Mark } from '../top-bar/mark.tsx';
import { safeNext } from './next.ts';
import { devIssuer, signIn } from './session.ts';

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
export const AccountList = ({ onDone }: { readonly onDone: () => void }) => {
  const { data, error, isPending } = useQuery({ queryKey: ['dev-accounts'], queryFn: devIssuer.accounts, retry: 1 });
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
              signIn(sub);
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

export const SignInPage = () => {
  const address = useAddress();
  const next = safeNext(address.searchParams.get('next'));
  useEffect(() => {
    document.title = 'Sign in · LIVE Board';
  }, []);
  return (
    <main className="sign-in">
      <div className="sign-in-panel">
        <header className="sign-in-head">
          <Mark />
          <span className="dev-tag">DEV</span>
        </header>
        <h1>Choose an account</h1>
        <p className="sign-in-note">Demo accounts of this machine. Arrow keys and Enter work too.</p>
        <AccountList onDone={() => navigate(next, true)} />
      </div>
    </main>
  );
};
