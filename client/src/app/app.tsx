import { lazy, Suspense } from 'react';
import { BrowserRouter, Link, NavLink, Outlet, Route, Routes } from 'react-router';
import { AccountMenu } from '../features/account/account-menu.tsx';
import { ExpiredNotice } from '../features/account/expired-notice.tsx';
import { ConnectionNotice } from './connection-notice.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { SalePage } from './pages/sale-page.tsx';

const OperatorPage = lazy(async () => ({
  default: (await import('./pages/operator-page.tsx')).OperatorPage,
}));

export function App() {
  return (
    <BrowserRouter>
      <Routes>
        <Route element={<Shell />}>
          <Route index element={<SalePage />} />
          <Route path="operator" element={<OperatorPage />} />
          <Route path="*" element={<NotFoundPage />} />
        </Route>
      </Routes>
    </BrowserRouter>
  );
}

function Shell() {
  return (
    <>
      <header className="top">
        <Link to="/" className="brand">
          Stampede
        </Link>
        <nav aria-label="Pages">
          <NavLink to="/" end>
            Sale
          </NavLink>
          <NavLink to="/operator">Operator</NavLink>
        </nav>
        <AccountMenu />
      </header>
      <main>
        <ConnectionNotice />
        <ExpiredNotice />
        <ErrorBoundary>
          <Suspense fallback={<p className="hint">Loading…</p>}>
            <Outlet />
          </Suspense>
        </ErrorBoundary>
      </main>
    </>
  );
}

function NotFoundPage() {
  return (
    <section className="empty">
      <h1>There is nothing here</h1>
      <p>
        Check the address, or <Link to="/">go to the sale</Link>.
      </p>
    </section>
  );
}
