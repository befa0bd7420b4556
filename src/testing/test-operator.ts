import { randomUUID } from 'node:crypto';
import type { Role } from '../contracts/http.ts';
import type { Database } from '../infrastructure/postgres/database.ts';
import { tokenOf, type Answer, type TestApi } from './test-api.ts';

export interface TestOperator {
  id: string;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** With the version that is edited, unless it is null: then without `If-Match`. */
  patch(
    path: string,
    version: number | null,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
}

/** An operator, or an admin, with an account; paths follow `/api/admin`. */
export async function givenOperator(
  api: Pick<TestApi, 'send'>,
  db: Database,
  role: Role = 'operator',
): Promise<TestOperator> {
  const id = randomUUID();
  await db('users').insert({ id, email: `${id}@test.invalid`, name: role, role });
  const Authorization = tokenOf(id, { role });
  const send = (method: string, path: string, body: unknown, headers: Record<string, string>) =>
    api.send(`/api/admin${path}`, {
      method,
      headers: {
        Authorization,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body,
    });
  return {
    id,
    get: (path) => send('GET', path, undefined, {}),
    post: (path, body = {}, headers = {}) => send('POST', path, body, headers),
    patch: (path, version, body, headers = {}) =>
      send('PATCH', path, body, { ...(version === null ? {} : { 'If-Match': `"v${version}"` }), ...headers }),
  };
}

export interface AuditEntry {
  action: string;
  actor_id: string;
  reason: string;
  before: object;
  after: object;
  request_id: string;
}

/** What was changed about a subject, `sale:<id>`, oldest first. */
export const auditOf = (db: Database, subject: string): Promise<AuditEntry[]> =>
  db('audit_log').where({ subject }).orderBy('id').select<AuditEntry[]>();
