import type { Role } from './http.ts';

/** Who has which permission. `admin` is not above the others: what an admin may do stands here too. */
export const PERMISSIONS = {
  'purchase:attempt': ['shopper'],
  'orders:read': ['operator', 'admin'],
  'stats:read': ['operator', 'admin'],
  'account:delete': ['shopper'],
  'products:read': ['operator', 'admin'],
  'products:write': ['operator', 'admin'],
  'sales:read': ['operator', 'admin'],
  'sales:write': ['operator', 'admin'],
  'stock:write': ['operator', 'admin'],
  'orders:cancel': ['operator', 'admin'],
  'orders:export': ['operator', 'admin'],
  'trail:read': ['operator', 'admin'],
  'audit:read': ['operator', 'admin'],
  'queue:read': ['operator', 'admin'],
  'users:read': ['operator', 'admin'],
  'users:write': ['admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;

/** What anyone may do in a demo, signed in or not. */
const OPEN_IN_A_DEMO: ReadonlySet<Policy> = new Set<Policy>(['stats:read']);

/**
 * - `anyone`: signed in or not; the token is not looked at
 * - `signed-in`: any role, and only what is the user's own
 * - a permission: the roles that have it
 * - `owner-or-` a permission: the user named `:userId` in the path, and the roles that have it
 */
export type Policy = 'anyone' | 'signed-in' | Permission | `owner-or-${Permission}`;

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type PolicyRoute = `${Method} /${string}`;

/**
 * Every route of the instance with its policy; a route that is not here is never reached. GET stands for HEAD too, and
 * `/*` at the end for the path before it and everything below. Where several rows match a request, all must allow it.
 */
export const POLICIES: Readonly<Record<PolicyRoute, Policy>> = {
  'POST /api/auth/register': 'anyone',
  'POST /api/auth/login': 'anyone',
  'POST /api/auth/guest': 'anyone',
  'POST /api/auth/refresh': 'anyone', // who has the cookie
  'POST /api/auth/logout': 'anyone', // also with a token that has expired
  'POST /api/auth/password': 'signed-in',
  'GET /api/auth/me': 'signed-in',
  'DELETE /api/auth/me': 'account:delete',

  'GET /api/flash-sale': 'anyone',
  'GET /api/pictures/:hash': 'anyone',
  'GET /api/flash-sale/time': 'anyone',
  'GET /api/flash-sale/status': 'anyone',
  'GET /api/flash-sale/stats': 'stats:read',

  'POST /api/purchase/attempt': 'purchase:attempt',
  'GET /api/purchase/status': 'signed-in',
  'GET /api/purchase/user/:userId': 'owner-or-orders:read',

  'GET /api/admin/products': 'products:read',
  'POST /api/admin/products': 'products:write',
  'GET /api/admin/products/:id': 'products:read',
  'PATCH /api/admin/products/:id': 'products:write',
  'POST /api/admin/products/:id/picture': 'products:write',
  'GET /api/admin/sales': 'sales:read',
  'POST /api/admin/sales': 'sales:write',
  'GET /api/admin/sales/:id': 'sales:read',
  'PATCH /api/admin/sales/:id': 'sales:write',
  'POST /api/admin/sales/:id/clone': 'sales:write',
  'POST /api/admin/sales/:id/publish': 'sales:write',
  'POST /api/admin/sales/:id/pause': 'sales:write',
  'POST /api/admin/sales/:id/resume': 'sales:write',
  'POST /api/admin/sales/:id/message': 'sales:write',
  'POST /api/admin/sales/:id/stop': 'sales:write',
  'POST /api/admin/sales/:id/stock': 'stock:write',
  'POST /api/admin/sales/:id/reconcile': 'sales:write',
  'GET /api/admin/sales/:id/live': 'sales:read',
  'GET /api/admin/sales/:id/preflight': 'sales:read',
  'GET /api/admin/sales/:id/orders.csv': 'orders:export',
  'GET /api/admin/sales/:id/attempts.csv': 'orders:export',
  'POST /api/admin/orders/:id/cancel': 'orders:cancel',
  'GET /api/admin/attempts/:id/trail': 'trail:read',
  'GET /api/admin/search': 'trail:read',
  'GET /api/admin/users': 'users:read',
  'GET /api/admin/users/:id': 'users:read',
  'PATCH /api/admin/users/:id': 'users:write',
  'GET /api/admin/audit': 'audit:read',
  'POST /api/admin/queues/session': 'queue:read',
  'GET /api/admin/queues': 'queue:read',
  'GET /api/admin/queues/*': 'queue:read', // what the board's page loads; it changes nothing

  'GET /metrics': 'anyone', // who asks the process itself, not through a proxy
  'GET /api/health': 'anyone',
  'GET /api/health/ready': 'anyone',
  'GET /api/health/live': 'anyone',
  'GET /api/openapi.json': 'anyone',
  'GET /api/docs': 'anyone',
  'GET /api/docs/:file': 'anyone',
};

export function hasPermission(role: Role, permission: Permission): boolean {
  const roles: readonly Role[] = PERMISSIONS[permission];
  return roles.includes(role);
}

/** Whether nobody needs to say who they are. */
export function isOpen(policy: Policy, { isDemo }: { isDemo: boolean }): boolean {
  return policy === 'anyone' || (isDemo && OPEN_IN_A_DEMO.has(policy));
}

/** Whether a signed-in user may. `isOwner`: the path names this user. */
export function mayUse(policy: Policy, { role, isOwner }: { role: Role; isOwner: boolean }): boolean {
  if (policy === 'anyone' || policy === 'signed-in') return true;
  if (!isOwnerPolicy(policy)) return hasPermission(role, policy);
  return isOwner || hasPermission(role, policy.slice(OWNER_OR.length) as Permission);
}

const OWNER_OR = 'owner-or-';

function isOwnerPolicy(policy: Policy): policy is `owner-or-${Permission}` {
  return policy.startsWith(OWNER_OR);
}
