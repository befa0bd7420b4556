import { lazy, type ComponentType } from 'react';
import { Route, Routes } from 'react-router';
import type { Role } from '../../../../src/contracts/http.ts';
import { DeskState } from '../../features/desk/loaded.tsx';
import { useSession } from '../../lib/services.ts';
import { deskWords } from '../../words/desk-words.ts';

/** Each file of `pages/` exports the component that it is named after, and is loaded when it is opened. */
const FILES = import.meta.glob<Record<string, ComponentType>>('./pages/*-page.tsx');

interface DeskPage {
  /** Below `/operator`. */
  path: string;
  /** The component of `pages/`, and in kebab case its file. */
  page: string;
  roles: readonly Role[];
  /** In the navigation, under this name. */
  label?: string;
}

const OPERATORS: readonly Role[] = ['operator', 'admin'];
const { nav } = deskWords;

/** Every page of the desk, and who may open it. */
const PAGES: DeskPage[] = [
  { path: '', page: 'SalesPage', roles: OPERATORS, label: nav.sales },
  { path: 'sales/new', page: 'NewSalePage', roles: OPERATORS },
  { path: 'sales/:saleId', page: 'LivePage', roles: OPERATORS },
  { path: 'sales/:saleId/edit', page: 'EditSalePage', roles: OPERATORS },
  { path: 'products', page: 'ProductsPage', roles: OPERATORS, label: nav.products },
  { path: 'products/:productId', page: 'ProductPage', roles: OPERATORS },
  { path: 'search', page: 'SearchPage', roles: OPERATORS, label: nav.search },
  { path: 'exports', page: 'ExportsPage', roles: OPERATORS, label: nav.exports },
  { path: 'audit', page: 'AuditPage', roles: OPERATORS, label: nav.audit },
  { path: 'users', page: 'UsersPage', roles: ['admin'], label: nav.users },
];

const ROUTES = PAGES.flatMap(({ page, ...place }) => {
  const load = FILES[`./pages/${toKebabCase(page)}.tsx`];
  return load
    ? [{ ...place, Page: lazy(() => load().then((file) => ({ default: named(file, page) }))) }]
    : [];
});

/** Where the navigation leads, in its order. */
export const PLACES = ROUTES.flatMap(({ path, roles, label }) =>
  label === undefined ? [] : [{ to: path === '' ? '/operator' : `/operator/${path}`, roles, label }],
);

export function DeskRoutes() {
  const role = useSession().signedIn?.user.role;
  const { gate, states } = deskWords;
  return (
    <Routes>
      {ROUTES.map(({ path, roles, Page }) => (
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

function toKebabCase(name: string): string {
  return name.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

function named(file: Record<string, ComponentType>, name: string): ComponentType {
  const component = file[name];
  if (!component) throw new Error(`the file of ${name} does not export it`);
  return component;
}
