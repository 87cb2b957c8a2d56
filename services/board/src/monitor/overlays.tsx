import { CLOSE_CODES } from '@liveboard/contracts';
import { Button, Modal } from 'antd';
import { KEY_LIST } from '../keys.ts';
import { useLive, usePicture } from '../live/live.tsx';
import { signOut } from '../session/session.ts';
import { SignInAgain } from '../session/sign-in.tsx';

const ADVICE: Readonly<Record<number, string>> = {
  4503: 'This board was opened again elsewhere. Use it here to take it back.',
  4504: 'Your rights were changed or withdrawn. Sign in again; if that fails, ask your agency’s administrator.',
  1009: 'This page sent more than the server takes. Reload it to get its newest version.',
};

/** The connection is over for good: the reason in words, the code, and what to do. */
const Ended = ({ code, reason }: { readonly code: number; readonly reason: string }) => {
  const { feed } = useLive();
  const known = Object.values(CLOSE_CODES).find((each) => each.code === code);
  return (
    <div className="cover" role="alertdialog" aria-modal="true" aria-labelledby="ended-title">
      <div className="cover-panel">
        <h2 id="ended-title">The live connection ended</h2>
        <p>
          The server says: {known?.says ?? (reason === '' ? 'no reason given' : reason)}.{' '}
          {ADVICE[code] ?? 'Reload the page to get its newest version.'}
        </p>
        <p className="quiet">Code {code}. The board does not try again by itself.</p>
        <span className="cover-actions">
          {code === 4504 ? (
            <Button type="primary" autoFocus onClick={signOut}>
              Sign in again
            </Button>
          ) : (
            <Button type="primary" autoFocus onClick={() => (code === 4503 ? feed.retry() : location.reload())}>
              {code === 4503 ? 'Use it here' : 'Reload'}
            </Button>
          )}
        </span>
      </div>
    </div>
  );
};

const SignedOut = () => {
  const { feed } = useLive();
  return (
    <div className="cover" role="dialog" aria-modal="true" aria-labelledby="signed-out-title">
      <div className="cover-panel">
        <h2 id="signed-out-title">You were signed out</h2>
        <p>Sign in to go on where you were. Nothing on the page was lost.</p>
        <SignInAgain onDone={() => feed.retry()} />
      </div>
    </div>
  );
};

/** What lies over the page when the connection cannot come back by itself. */
export const LinkCover = () => {
  const { link } = usePicture();
  if (link.kind === 'ended') return <Ended code={link.code} reason={link.reason} />;
  return link.kind === 'signed_out' ? <SignedOut /> : null;
};

export const KeysDialog = ({ onClose }: { readonly onClose: () => void }) => (
  <Modal open title="Keys" footer={null} onCancel={onClose} width={440} destroyOnHidden>
    <dl className="keys">
      {KEY_LIST.map(([key, what]) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
    <p className="quiet">Single keys can be turned off in your menu at the top right.</p>
  </Modal>
);

export const LeaveDialog = ({ name, onLeave, onClose }: { name: string; onLeave: () => void; onClose: () => void }) => (
  <Modal
    open
    title={`Leave ${name}?`}
    okText={`Leave ${name}`}
    onOk={onLeave}
    onCancel={onClose}
    width={400}
    destroyOnHidden
    okButtonProps={{ autoFocus: true }}
  >
    <p>Its slot becomes free for your agency. You can add the room again at any time.</p>
  </Modal>
);
