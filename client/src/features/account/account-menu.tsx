import { Suspense, useEffect, useRef, useState } from 'react';
import { useServices, useSession } from '../../lib/services.ts';
import { loadApart } from '../../lib/load-apart.ts';
import { words } from '../../words/words.ts';
import { fetchMe } from './fetch-me.ts';
import { useSignOut } from './use-sign-out.ts';

/** Loaded apart: most who come to a drop are signed in, or buy as guests. */
const SignInForm = loadApart(async () => (await import('./sign-in-form.tsx')).SignInForm);

/** Who is signed in, and the way in and out. */
export function AccountMenu() {
  const { http } = useServices();
  const signOut = useSignOut();
  const { signedIn } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const [wantsForm, setWantsForm] = useState(false);
  const token = signedIn?.accessToken;

  useEffect(() => {
    if (token !== undefined) void fetchMe(http);
  }, [http, token]);

  const open = () => {
    setWantsForm(true);
    dialog.current?.showModal();
  };

  if (signedIn) {
    return (
      <div className="account">
        <span className="account-name" data-testid="account" title={signedIn.user.email}>
          {signedIn.user.name || signedIn.user.email}
        </span>
        <button type="button" className="button-plain" onClick={() => void signOut()}>
          {words.account.signOut}
        </button>
      </div>
    );
  }
  return (
    <div className="account">
      <button type="button" className="button-plain" onClick={open}>
        {words.account.signIn}
      </button>
      <dialog ref={dialog} aria-label={words.account.signIn}>
        <Suspense fallback={null}>
          {wantsForm && <SignInForm onDone={() => dialog.current?.close()} />}
        </Suspense>
        <button type="button" className="button-plain" onClick={() => dialog.current?.close()}>
          {words.account.cancel}
        </button>
      </dialog>
    </div>
  );
}
