import type { RequestHandler, Response } from 'express';
import { isOpen, mayUse, POLICIES, type Policy } from '../../contracts/policies.ts';
import { RefusalError } from '../../errors/refusal.ts';
import type { Identity } from './account.model.ts';
import type { Authenticate } from './authenticate.ts';
import { readBoardCookie } from './board-cookie.ts';

export interface EnforcePoliciesDeps {
  authenticate: Authenticate;
  isDemo: boolean;
  policies?: Readonly<Record<string, Policy>>;
}

/** Who asks. @throws when the route's policy is open: then nobody was asked */
export function identityOf(res: Response): Identity {
  const { identity } = res.locals as { identity?: Identity };
  if (!identity) throw new Error('an open route asked who it speaks to');
  return identity;
}

/**
 * Makes the one check of who may use which route, first in the router that it guards: refuses `unauthenticated` and
 * `forbidden`, keeps the identity for `identityOf`, and leaves the router for a request that no row of the table
 * matches, so that a route without a policy never runs.
 */
export function createEnforcePolicies({
  authenticate,
  isDemo,
  policies = POLICIES,
}: EnforcePoliciesDeps): RequestHandler {
  const rows = Object.entries(policies).map(([route, policy]) => ({ ...readRoute(route), policy }));
  return (req, res, next) => {
    const method = req.method === 'HEAD' ? 'GET' : req.method;
    const matching = rows.filter((row) => row.method === method && row.pattern.test(req.path));
    if (matching.length === 0) {
      next('router');
      return;
    }
    const guarded = matching.filter(({ policy }) => !isOpen(policy, { isDemo }));
    if (guarded.length === 0) {
      next();
      return;
    }
    const authenticated = authenticate(req.headers.authorization ?? readBoardCookie(req));
    if (!authenticated.ok) throw new RefusalError(authenticated.refusal);
    const { role, userId } = authenticated.identity;
    const isAllowed = guarded.every(({ policy, pattern }) =>
      mayUse(policy, { role, isOwner: namedUser(pattern, req.path) === userId }),
    );
    if (!isAllowed) throw new RefusalError({ code: 'forbidden' });
    res.locals['identity'] = authenticated.identity;
    next();
  };
}

/** As Express matches by default: any case, a slash at the end or not. */
function readRoute(route: string): { method: string; pattern: RegExp } {
  const [method = '', path = ''] = route.split(' ');
  const isTree = path.endsWith('/*');
  const parts = (isTree ? path.slice(0, -2) : path).split('/').map((part) => {
    if (part === ':userId') return '(?<userId>[^/]+)';
    return part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return { method, pattern: new RegExp(`^${parts.join('/')}${isTree ? '(?:/.*)?' : '/?'}$`, 'i') };
}

/** Ids are compared in lower case, as the routes read them. */
function namedUser(pattern: RegExp, path: string): string | undefined {
  const named = pattern.exec(path)?.groups?.['userId'];
  if (named === undefined) return undefined;
  try {
    return decodeURIComponent(named).toLowerCase();
  } catch {
    throw new RefusalError({ code: 'invalid_request' });
  }
}
