import { LineList } from '../../components/line-list.tsx';
import { useSignOut } from '../../features/account/use-sign-out.ts';
import { useSession } from '../../lib/services.ts';
import { pageWords } from '../../words/page-words.ts';
import { words } from '../../words/words.ts';
import { SignInCard } from './orders-page.tsx';

/** Who is signed in here, and the way out. */
export function ProfilePage() {
  const signOut = useSignOut();
  const { signedIn } = useSession();
  const { profile } = pageWords;
  if (!signedIn)
    return (
      <>
        <h1 className="page-title">{profile.title}</h1>
        <SignInCard text={profile.signedOut} />
      </>
    );
  const { user } = signedIn;
  const lines = [
    { label: profile.name, value: user.name || profile.noName },
    { label: profile.email, value: user.email },
    { label: profile.role, value: profile.roles[user.role] },
  ];
  return (
    <>
      <h1 className="page-title">{profile.title}</h1>
      <section className="card" aria-label={profile.title} data-testid="profile">
        <LineList lines={lines} />
        <div className="step-row">
          <button type="button" onClick={() => void signOut()}>
            {words.account.signOut}
          </button>
        </div>
      </section>
    </>
  );
}
