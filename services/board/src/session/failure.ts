/**
 * Why a sign-in failed. `declined`: the issuer said no. `foreign`: its answer belongs to no sign-in of this tab.
 * `away`: it does not answer. `refused`: it signed the person in, but the gateway does not take its token.
 */
export type FailureKind = 'declined' | 'foreign' | 'away' | 'refused' | 'unclear';

export interface Failure {
  readonly kind: FailureKind;
  /** For whoever runs the sign-in. */
  readonly detail: string;
}

interface Words {
  readonly title: string;
  readonly text: string;
}

const WORDS: Readonly<Record<FailureKind, Words>> = {
  declined: {
    title: 'Your organisation’s sign-in said no',
    text: 'It did not let you into LIVE Board. Try again, perhaps with another account, or ask whoever runs it.',
  },
  foreign: {
    title: 'This sign-in was not begun here',
    text: 'The answer belongs to no sign-in of this tab: it may be an old one, or another tab’s. Nobody was signed in.',
  },
  away: {
    title: 'Your organisation’s sign-in does not answer',
    text: 'It may be down, or this network may not reach it.',
  },
  refused: {
    title: 'LIVE Board does not know this account',
    text: 'Your organisation signed you in, but gave you nothing that LIVE Board takes. Whoever runs LIVE Board needs the line below.',
  },
  unclear: {
    title: 'The sign-in failed',
    text: 'Your organisation’s sign-in did not answer as LIVE Board expects. Whoever runs it needs the line below.',
  },
};

/** A failure in words for the person who sees it. */
export const wordsOf = ({ kind }: Failure): Words => WORDS[kind];

/** What the library says, in English, where an answer fits no sign-in that this tab began. */
const FOREIGN = /state|nonce/i;
/** The issuer's word that it cannot now: asking again may help. */
const LATER = new Set(['server_error', 'temporarily_unavailable', 'slow_down']);

/** The issuer's own code (RFC 6749), where it gave one. */
const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && error.name === 'ErrorResponse' && 'error' in error ? String(error.error) : undefined;

/** The issuer's last word: the same question would get the same answer. */
export const isFinal = (error: unknown): boolean => {
  const code = codeOf(error);
  return code !== undefined && !LATER.has(code);
};

export const failureOf = (error: unknown): Failure => {
  const detail = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  if (code !== undefined) {
    if (LATER.has(code)) return { kind: 'away', detail: `${code}: ${detail}` };
    return { kind: code === 'access_denied' ? 'declined' : 'unclear', detail: `${code}: ${detail}` };
  }
  // `fetch` has no other word for a network that is away, or for a policy that forbids the way there.
  if (error instanceof TypeError || (error instanceof Error && error.name === 'ErrorTimeout'))
    return { kind: 'away', detail };
  return { kind: FOREIGN.test(detail) ? 'foreign' : 'unclear', detail };
};
