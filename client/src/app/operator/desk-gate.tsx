import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { SignInForm } from '../../features/account/sign-in-form.tsx';
import { useSignOut } from '../../features/account/use-sign-out.ts';
import { DeskState } from '../../features/desk/loaded.tsx';
import { useSession } from '../../lib/services.ts';
import { deskWords } from '../../words/desk-words.ts';

/**
 * Lets operators in. When the session of who is at the desk ends, the sign-in form stands in front of a page that stays as
 * it is, forms with all that was typed; it goes on when the same operator is back. Another one gets a desk of their own.
 */
export function DeskGate({ children }: { children: ReactNode }) {
  const { signedIn } = useSession();
  const queryClient = useQueryClient();
  const [seatedId, setSeatedId] = useState<string>();
  const user = signedIn?.user;
  const isOperator = user !== undefined && user.role !== 'shopper';
  if (isOperator && seatedId !== user.id) setSeatedId(user.id);

  const operatorId = isOperator ? user.id : undefined;
  useEffect(() => {
    // Reads that failed while nobody was signed in, or that were another's.
    if (operatorId !== undefined) void queryClient.invalidateQueries();
  }, [operatorId, queryClient]);

  const { gate } = deskWords;
  return (
    <>
      {!signedIn && (
        <section className="card sign-in-card" data-testid="desk-sign-in">
          <h1 className="page-title">{seatedId === undefined ? gate.signIn : gate.again}</h1>
          <p>{seatedId === undefined ? gate.signInText : gate.againText}</p>
          <SignInForm isForOperator />
        </section>
      )}
      {user?.role === 'shopper' && <ShopperAtTheDesk name={user.name || user.email} />}
      {seatedId !== undefined && (
        <div key={seatedId} className="desk-seat" hidden={!isOperator}>
          {children}
        </div>
      )}
    </>
  );
}

function ShopperAtTheDesk({ name }: { name: string }) {
  const signOut = useSignOut();
  const { gate } = deskWords;
  return (
    <DeskState isPage picture="lock" title={gate.forbidden} text={gate.forbiddenText(name)}>
      <div className="step-row">
        <button type="button" className="button-main" onClick={() => void signOut()}>
          {gate.signOut}
        </button>
        <Link className="button-link" to="/">
          {gate.toSale}
        </Link>
      </div>
    </DeskState>
  );
}
