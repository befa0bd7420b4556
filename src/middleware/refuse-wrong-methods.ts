import type { RequestHandler } from 'express';
import { RefusalError } from '../errors/refusal.ts';
import type { RouteListing } from './list-routes.ts';
import { nameRoute } from './name-route.ts';

interface KnownPath {
  path: string;
  pattern: RegExp;
  allowed: Set<string>;
}

/**
 * Refuses `method_not_allowed` with an `Allow` header for a known path asked with a method no route of it has, before
 * any body is read. Unknown paths pass; a known one names the response.
 *
 * @param routes  asked once, at the first request, when everything is mounted
 */
export function refuseWrongMethods(routes: () => RouteListing[]): RequestHandler {
  let knownPaths: KnownPath[] | undefined;
  return (req, res, next) => {
    knownPaths ??= groupByPath(routes());
    const matching = knownPaths.filter(({ pattern }) => pattern.test(req.path));
    if (matching[0]) nameRoute(res, matching[0].path);
    const allowed = new Set(matching.flatMap((known) => [...known.allowed]));
    if (allowed.size > 0 && !allowed.has(req.method)) {
      throw new RefusalError({
        code: 'method_not_allowed',
        headers: { Allow: [...allowed].sort().join(', ') },
      });
    }
    next();
  };
}

function groupByPath(routes: readonly RouteListing[]): KnownPath[] {
  const known = new Map<string, KnownPath>();
  for (const { method, path } of routes) {
    const entry = known.get(path) ?? { path, pattern: toPattern(path), allowed: new Set<string>() };
    entry.allowed.add(method);
    if (method === 'GET') entry.allowed.add('HEAD');
    known.set(path, entry);
  }
  return [...known.values()];
}

/** As Express matches by default: any case, a slash at the end or not. */
function toPattern(path: string): RegExp {
  const parts = path.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : escapeForPattern(part)));
  return new RegExp(`^${parts.join('/')}/?$`, 'i');
}

function escapeForPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
