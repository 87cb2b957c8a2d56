import type { ReactNode } from 'react';
import { Mark } from '../top-bar/mark.tsx';

/** The one panel of every page about signing in. */
export const SignInPanel = ({ tag, children }: { readonly tag?: string; readonly children: ReactNode }) => (
  <main className="sign-in">
    <div className="sign-in-panel">
      <header className="sign-in-head">
        <Mark />
        {tag !== undefined && <span className="dev-tag">{tag}</span>}
      </header>
      {children}
    </div>
  </main>
);
