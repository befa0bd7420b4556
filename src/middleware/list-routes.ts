import type { Express, Router } from 'express';

export interface RouteListing {
  /** `GET`, `POST`, …; a route that answers GET answers HEAD too. */
  method: string;
  /** The whole path as it was mounted, with `:parameters`. */
  path: string;
}

/** What Express keeps of a mounted router or route. Its types do not show `rawPath`; a test would tell if it went. */
interface Layer {
  rawPath: string | RegExp | undefined;
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/** Lists every route of an Express app or router, with those of the routers mounted in it. */
export function listRoutes(app: Express | Router): RouteListing[] {
  const { stack } = 'router' in app ? app.router : app;
  return walk(stack as unknown as Layer[], '');
}

function walk(stack: readonly Layer[], mount: string): RouteListing[] {
  return stack.flatMap(({ rawPath, route, handle }) => {
    if (route) {
      return Object.keys(route.methods).map((method) => ({
        method: method.toUpperCase(),
        path: join(mount, route.path),
      }));
    }
    return handle.stack ? walk(handle.stack, join(mount, typeof rawPath === 'string' ? rawPath : '')) : [];
  });
}

function join(mount: string, path: string): string {
  return path === '/' || path === '' ? mount : mount + path;
}
