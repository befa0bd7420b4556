import { keyOf, type Meters } from './meters.ts';

const METER = 'http_server_request_duration_seconds';

/** The methods OpenTelemetry counts by name; a client can send any other. */
const METHODS: ReadonlySet<string> = new Set([
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE'],
]);

/** Makes what counts an HTTP answer: by method, route as it was mounted (empty for none) and status. */
export function countAnswers(
  meters: Meters,
): (method: string, route: string, status: number, durationMs: number) => void {
  // A crowd is told the same again and again: what the last answer was counted under is mostly right for the next.
  let last = { method: '', route: '', status: 0, key: '' };
  return (method, route, status, durationMs) => {
    if (status !== last.status || route !== last.route || method !== last.method) {
      const labels = [METHODS.has(method) ? method : '_OTHER', route, String(status)];
      last = { method, route, status, key: keyOf(METER, labels) };
    }
    meters.observeAt(METER, last.key, durationMs / 1000);
  };
}
