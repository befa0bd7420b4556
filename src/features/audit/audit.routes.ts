import { Router } from 'express';
import Joi from 'joi';
import type { AuditEntryBody } from '../../contracts/operator-http.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { validate } from '../../middleware/validate.ts';
import { uuidSchema } from '../../utils/uuid-schema.ts';

interface AuditRequest {
  subject?: string;
  action?: string;
  actorId?: string;
  limit: number;
  /** The id of the last entry of the page before. */
  cursor?: number;
}

const auditSchema = Joi.object<AuditRequest>({
  subject: Joi.string().max(100),
  action: Joi.string().max(100),
  actorId: uuidSchema,
  limit: Joi.number().integer().min(1).max(100).default(50),
  cursor: Joi.number().integer().min(1),
});

interface AuditRow {
  id: number;
  at: Date;
  actor_id: string | null;
  action: string;
  subject: string;
  reason: string | null;
  before: unknown;
  after: unknown;
  request_id: string | null;
}

/** `/api/admin/audit`: who changed what, newest first. */
export function createAuditRoutes({ db }: { db: Database }): Router {
  const router = Router();
  router.get('/', async (req, res) => {
    const asked = validate(auditSchema, req.query);
    const rows = await listAudit(db, asked);
    const page = rows.slice(0, asked.limit);
    const last = page.at(-1);
    res.set('Cache-Control', 'no-store').json({
      entries: page.map(presentAudit),
      ...(last && rows.length > asked.limit ? { nextCursor: String(last.id) } : {}),
    });
  });
  return router;
}

/** One more than the page. */
export function listAudit(
  db: Database,
  { subject, action, actorId, limit, cursor }: AuditRequest,
): Promise<AuditRow[]> {
  const query = db<AuditRow>('audit_log')
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (subject !== undefined) void query.where({ subject });
  if (action !== undefined) void query.where({ action });
  if (actorId !== undefined) void query.where({ actor_id: actorId });
  if (cursor !== undefined) void query.where('id', '<', cursor);
  return query.select<AuditRow[]>('*');
}

export function presentAudit(row: AuditRow): AuditEntryBody {
  return {
    id: row.id,
    at: row.at.toISOString(),
    ...(row.actor_id === null ? {} : { actorId: row.actor_id }),
    action: row.action,
    subject: row.subject,
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.before === null ? {} : { before: row.before }),
    ...(row.after === null ? {} : { after: row.after }),
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
  };
}
