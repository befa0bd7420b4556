import type { ComponentType } from 'react';
import { Route, Routes } from 'react-router';
import type { Role } from '../../../../src/contracts/http.ts';
import { DeskState } from '../../features/desk/loaded.tsx';
import { useSession } from '../../lib/services.ts';
import { loadApart } from '../../lib/load-apart.ts';
import { deskWords } from '../../words/desk-words.ts';

interface DeskPage {
  /** Below `/operator`. */
  path: string;
  roles: readonly Role[];
  Page: ComponentType;
  /** In the navigation, under this name. */
  label?: string;
}

const OPERATORS: readonly Role[] = ['operator', 'admin'];
const { nav } = deskWords;

/** Every page of the desk, and who may open it. */
const PAGES: DeskPage[] = [
  {
    ...{ path: '', roles: OPERATORS, label: nav.sales },
    Page: loadApart(async () => (await import('./pages/sales-page.tsx')).SalesPage),
  },
  {
    ...{ path: 'sales/new', roles: OPERATORS },
    Page: loadApart(async () => (await import('./pages/new-sale-page.tsx')).NewSalePage),
  },
  {
    ...{ path: 'sales/:saleId', roles: OPERATORS },
    Page: loadApart(async () => (await import('./pages/live-page.tsx')).LivePage),
  },
  {
    ...{ path: 'sales/:saleId/edit', roles: OPERATORS },
    Page: loadApart(async () => (await import('./pages/edit-sale-page.tsx')).EditSalePage),
  },
  {
    ...{ path: 'products', roles: OPERATORS, label: nav.products },
    Page: loadApart(async () => (await import('./pages/products-page.tsx')).ProductsPage),
  },
  {
    ...{ path: 'products/:productId', roles: OPERATORS },
    Page: loadApart(async () => (await import('./pages/product-page.tsx')).ProductPage),
  },
  {
    ...{ path: 'search', roles: OPERATORS, label: nav.search },
    Page: loadApart(async () => (await import('./pages/search-page.tsx')).SearchPage),
  },
  {
    ...{ path: 'exports', roles: OPERATORS, label: nav.exports },
    Page: loadApart(async () => (await import('./pages/exports-page.tsx')).ExportsPage),
  },
  {
    ...{ path: 'audit', roles: OPERATORS, label: nav.audit },
    Page: loadApart(async () => (await import('./pages/audit-page.tsx')).AuditPage),
  },
  {
    ...{ path: 'users', roles: ['admin'], label: nav.users },
    Page: loadApart(async () => (await import('./pages/users-page.tsx')).UsersPage),
  },
];

/** Where the navigation leads, in its order. */
export const PLACES = PAGES.flatMap(({ path, roles, label }) =>
  label === undefined ? [] : [{ to: path === '' ? '/operator' : `/operator/${path}`, roles, label }],
);

export function DeskRoutes() {
  const role = useSession().signedIn?.user.role;
  const { gate, states } = deskWords;
  return (
    <Routes>
      {PAGES.map(({ path, roles, Page }) => (
        <Route
          key={path}
          path={path}
          element={
            // Who was signed out keeps the page: the gate stands in front of it.
            role === undefined || roles.includes(role) ? (
              <Page />
            ) : (
              <DeskState isPage picture="lock" title={gate.adminsOnly} text={gate.adminsOnlyText} />
            )
          }
        />
      ))}
      <Route path="*" element={<DeskState isPage picture="map" title={states.notFound} />} />
    </Routes>
  );
}
