import type { Meters } from './meters.ts';

/** The methods OpenTelemetry counts by name; a client can send any other. */
const METHODS: ReadonlySet<string> = new Set([
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE'],
]);

/** Makes what counts an HTTP answer: by method, route as it was mounted (empty for none) and status. */
export function countAnswers(
  meters: Meters,
): (method: string, route: string, status: number, durationMs: number) => void {
  return (method, route, status, durationMs) =>
    meters.observe(
      'http_server_request_duration_seconds',
      [METHODS.has(method) ? method : '_OTHER', route, String(status)],
      durationMs / 1000,
    );
}
