import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { navigate } from '../route.ts';
import { type Failure, wordsOf } from './failure.ts';
import type { OidcWay } from './way.ts';

/** Begins a sign-in, and keeps why that failed. */
const useBegin = (way: OidcWay, next: string) => {
  const [failure, setFailure] = useState(way.failure);
  const begin = (): void => {
    setFailure(undefined);
    void way.begin(next).then(setFailure);
  };
  return { failure, begin };
};

const Failed = ({ failure, onAgain }: { readonly failure: Failure; readonly onAgain: () => void }) => {
  const { title, text } = wordsOf(failure);
  return (
    <div role="alert">
      <h1>{title}</h1>
      <p className="sign-in-note">{text}</p>
      <p className="quiet sign-in-detail" dir="auto">
        {failure.detail}
      </p>
      <Button type="primary" autoFocus onClick={onAgain}>
        Try again
      </Button>
    </div>
  );
};

/** Goes to the issuer by itself, unless a sign-in has just failed or somebody is signed in. */
export const IssuerSignIn = ({ way, next }: { readonly way: OidcWay; readonly next: string }) => {
  const { failure, begin } = useBegin(way, next);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page opens
  useEffect(() => {
    if (failure !== undefined) return;
    if (way.sub === undefined) begin();
    else navigate(next, true);
  }, []);
  if (failure !== undefined) return <Failed failure={failure} onAgain={begin} />;
  return (
    <>
      <h1>Signing in</h1>
      <p className="sign-in-note" role="status">
        Taking you to your organisation’s sign-in.
      </p>
      <Button onClick={begin}>Go there now</Button>
    </>
  );
};

/** A button to the issuer, for pages that do not leave by themselves. */
export const SignInButton = ({ way, next }: { readonly way: OidcWay; readonly next: string }) => {
  const { failure, begin } = useBegin(way, next);
  return (
    <>
      {failure !== undefined && (
        <p className="sign-in-note" role="alert">
          {wordsOf(failure).title}. <span dir="auto">{failure.detail}</span>
        </p>
      )}
      <Button type="primary" autoFocus onClick={begin}>
        Sign in
      </Button>
    </>
  );
};
