import { useState } from 'react';
import { useServices } from '../../lib/services.ts';
import { pageWords } from '../../words/page-words.ts';
import { postLogin } from './post-login.ts';
import { postRegister } from './post-register.ts';
import { signInTrouble } from './sign-in-words.ts';
import { useGuestSignIn } from './use-guest-sign-in.ts';

export interface SignInFormProps {
  onDone?: () => void;
  /** Operators have accounts: neither guests nor registration are of use to them. */
  isForOperator?: boolean;
}

export function SignInForm({ onDone, isForOperator = false }: SignInFormProps) {
  const { http, session } = useServices();
  const signInAsGuest = useGuestSignIn();
  const [isNew, setIsNew] = useState(false);
  const [isSending, setIsSending] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const { signIn } = pageWords;

  const finish = (text: string | undefined) => {
    setIsSending(false);
    setTrouble(text);
    if (text === undefined) onDone?.();
  };
  const submit = async (fields: FormData) => {
    setIsSending(true);
    const text = (name: string) => {
      const value = fields.get(name);
      return typeof value === 'string' ? value : '';
    };
    const credentials = { email: text('email').trim(), password: text('password') };
    const answer = isNew
      ? await postRegister(http, { ...credentials, name: text('name').trim() })
      : await postLogin(http, credentials);
    if (answer.kind === 'ok') session.begin(answer.body);
    finish(signInTrouble(answer));
  };
  const beGuest = async () => {
    setIsSending(true);
    finish(signInTrouble(await signInAsGuest()));
  };

  return (
    <form
      className="sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(new FormData(event.currentTarget));
      }}
    >
      <h2>{isNew ? signIn.titleNew : signIn.title}</h2>
      {isNew && (
        <label>
          {signIn.name}
          <input name="name" autoComplete="name" maxLength={100} />
        </label>
      )}
      <label>
        {signIn.email}
        <input name="email" type="email" autoComplete="email" required />
      </label>
      <label>
        {signIn.password}
        <input
          name="password"
          type="password"
          autoComplete={isNew ? 'new-password' : 'current-password'}
          minLength={isNew ? 10 : undefined}
          required
        />
      </label>
      <p role="alert" className={trouble ? 'notice notice-bad' : 'visually-hidden'}>
        {trouble}
      </p>
      <button type="submit" className="button-main" disabled={isSending}>
        {isNew ? signIn.sendNew : signIn.send}
      </button>
      {!isForOperator && (
        <div className="sign-in-others">
          <button type="button" className="button-plain" onClick={() => setIsNew(!isNew)}>
            {isNew ? signIn.iHaveOne : signIn.iAmNew}
          </button>
          <button type="button" className="button-plain" disabled={isSending} onClick={() => void beGuest()}>
            {signIn.asGuest}
          </button>
        </div>
      )}
    </form>
  );
}
