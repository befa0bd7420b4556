import { Suspense, type ReactNode } from 'react';
import { Link, useLocation } from 'react-router';
import { AccountMenu } from '../../features/account/account-menu.tsx';
import { BoardLink } from '../../features/queue/board-link.tsx';
import { useSession } from '../../lib/services.ts';
import { deskWords } from '../../words/desk-words.ts';
import { words } from '../../words/words.ts';
import { ErrorBoundary } from '../error-boundary.tsx';
import { PLACES } from './desk-routes.tsx';

/** The frame of the desk: where one can go, who is signed in, and the page in the full width of the window. */
export function DeskLayout({ children }: { children: ReactNode }) {
  const role = useSession().signedIn?.user.role;
  const { pathname } = useLocation();
  const places = PLACES.filter(({ roles }) => role !== undefined && roles.includes(role));
  return (
    <>
      <a className="skip-link" href="#main">
        {deskWords.skip}
      </a>
      <header className="top desk-top">
        <Link to="/operator" className="brand">
          {words.brand} <span className="brand-side">{deskWords.title}</span>
        </Link>
        <nav aria-label={deskWords.parts}>
          {places.map(({ to, label }) => (
            <Link key={to} to={to} aria-current={isAt(pathname, to) ? 'page' : undefined}>
              {label}
            </Link>
          ))}
          <BoardLink />
        </nav>
        <Link className="desk-shop" to="/">
          {deskWords.toShop}
        </Link>
        <AccountMenu />
      </header>
      <main id="main" tabIndex={-1} className="desk">
        <ErrorBoundary>
          <Suspense fallback={<p className="hint">{words.loading}</p>}>{children}</Suspense>
        </ErrorBoundary>
      </main>
    </>
  );
}

/** The list of sales is where each of them is. */
function isAt(pathname: string, to: string): boolean {
  return to === '/operator' ? /^\/operator\/?(sales\/.*)?$/.test(pathname) : pathname.startsWith(to);
}
