import { Suspense } from 'react';
import { BrowserRouter, Link, NavLink, Outlet, Route, Routes } from 'react-router';
import { AccountMenu } from '../features/account/account-menu.tsx';
import { ExpiredNotice } from '../features/account/expired-notice.tsx';
import { loadApart } from '../lib/load-apart.ts';
import { words } from '../words/words.ts';
import { ConnectionNotice } from './connection-notice.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { SalePage } from './pages/sale-page.tsx';

const OperatorApp = loadApart(async () => (await import('./operator/operator-app.tsx')).OperatorApp);
const DropsPage = loadApart(async () => (await import('./pages/drops-page.tsx')).DropsPage);
const OrdersPage = loadApart(async () => (await import('./pages/orders-page.tsx')).OrdersPage);
const ProfilePage = loadApart(async () => (await import('./pages/profile-page.tsx')).ProfilePage);
const ComponentsPage = loadApart(
  async () => (await import('./components-page/components-page.tsx')).ComponentsPage,
);

/** Every address of the page; what is not the sale is loaded apart. */
export function App() {
  return (
    <BrowserRouter>
      <Routes>
        <Route element={<Shell />}>
          <Route index element={<SalePage />} />
          <Route path="drops" element={<DropsPage />} />
          <Route path="orders" element={<OrdersPage />} />
          <Route path="profile" element={<ProfilePage />} />
          <Route path="components" element={<ComponentsPage />} />
          <Route path="*" element={<NotFoundPage />} />
        </Route>
        <Route
          path="operator/*"
          element={
            <Suspense fallback={<p className="hint">{words.loading}</p>}>
              <OperatorApp />
            </Suspense>
          }
        />
      </Routes>
    </BrowserRouter>
  );
}

function Shell() {
  const { shell } = words;
  return (
    <>
      <a className="skip-link" href="#main">
        {shell.skip}
      </a>
      <header className="top">
        <Link to="/" className="brand">
          <BrandMark />
          {words.brand}
        </Link>
        <nav aria-label={shell.pages}>
          <NavLink to="/" end>
            {shell.drop}
          </NavLink>
          <NavLink to="/drops">{shell.drops}</NavLink>
          <NavLink to="/orders">{shell.orders}</NavLink>
          <NavLink to="/profile">{shell.profile}</NavLink>
        </nav>
        <AccountMenu />
      </header>
      <main id="main" tabIndex={-1}>
        <ExpiredNotice />
        <ErrorBoundary>
          <Suspense fallback={<p className="hint">{words.loading}</p>}>
            <Outlet />
          </Suspense>
        </ErrorBoundary>
      </main>
      <footer className="foot">
        <span>{words.sale.fairness}</span>
        <Link to="/operator">{shell.operator}</Link>
        <Link to="/components">{shell.components}</Link>
      </footer>
      <ConnectionNotice />
    </>
  );
}

/** Four that run, one ahead. */
function BrandMark() {
  return (
    <svg viewBox="0 0 28 28" aria-hidden="true">
      <path d="M2 20 8 8M9 20l6-12M16 20l6-12" stroke="currentColor" strokeWidth="4" strokeLinecap="round" />
      <circle cx="24" cy="20" r="3" fill="currentColor" />
    </svg>
  );
}

function NotFoundPage() {
  return (
    <section className="empty">
      <h1>{words.shell.notFound}</h1>
      <p>
        {words.shell.notFoundText} <Link to="/">{words.shell.toSale}</Link>.
      </p>
    </section>
  );
}
