import type { Meters } from './meters.ts';

/** The methods OpenTelemetry counts by name; a client can send any other. */
const METHODS: ReadonlySet<string> = new Set([
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE'],
]);

type Observe = (seconds: number) => void;

/**
 * Makes what counts an HTTP answer: by method, route as it was mounted (empty for none) and status. There are few of each,
 * and each answer of a crowd is one of the same two or three.
 */
export function countAnswers(
  meters: Meters,
): (method: string, route: string, status: number, durationMs: number) => void {
  const known = new Map<string, Map<string, Map<number, Observe>>>();

  const observerOf = (method: string, route: string, status: number): Observe => {
    const byRoute = known.get(method) ?? new Map<string, Map<number, Observe>>();
    known.set(method, byRoute);
    const byStatus = byRoute.get(route) ?? new Map<number, Observe>();
    byRoute.set(route, byStatus);
    const observe = meters.observer('http_server_request_duration_seconds', [method, route, String(status)]);
    byStatus.set(status, observe);
    return observe;
  };

  return (asked, route, status, durationMs) => {
    const method = METHODS.has(asked) ? asked : '_OTHER';
    const observe = known.get(method)?.get(route)?.get(status) ?? observerOf(method, route, status);
    observe(durationMs / 1000);
  };
}
