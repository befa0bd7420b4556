import type { ServerResponse } from 'node:http';

interface NamedResponse extends ServerResponse {
  routeName?: string;
}

/** Notes which route answers, as it was mounted (`/api/admin/sales/:id`): what it is counted under. */
export function nameRoute(res: ServerResponse, path: string): void {
  (res as NamedResponse).routeName = path;
}

/** @returns empty for a file of the page, and for what is nowhere */
export function routeNameOf(res: ServerResponse): string {
  return (res as NamedResponse).routeName ?? '';
}
