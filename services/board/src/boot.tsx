import { Button } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { Theme, useDark } from './look/theme.tsx';
import { SignInPanel } from './session/panel.tsx';
import { startSession } from './session/session.ts';

/** A big screen has nobody to press the button. */
const AGAIN_MS = 5_000;

/** Waits until it is known how people sign in here, and says so where the server does not tell. */
export const Boot = ({ children }: { readonly children: ReactNode }) => {
  const [state, setState] = useState<'asking' | 'ready' | 'away'>('asking');
  const [attempt, setAttempt] = useState(0);
  const dark = useDark(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt asks once
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const settle = (next: 'ready' | 'away'): void => {
      if (over) return;
      setState(next);
      if (next === 'away') timer = setTimeout(() => setAttempt((n) => n + 1), AGAIN_MS);
    };
    startSession().then(
      () => settle('ready'),
      () => settle('away'),
    );
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [attempt]);
  if (state === 'ready') return children;
  if (state === 'asking') return null;
  return (
    <Theme dark={dark}>
      <SignInPanel>
        <div role="alert">
          <h1>LIVE Board does not answer</h1>
          <p className="sign-in-note">It is asked again every few seconds.</p>
        </div>
        <Button type="primary" autoFocus onClick={() => setAttempt((n) => n + 1)}>
          Try again
        </Button>
      </SignInPanel>
    </Theme>
  );
};
