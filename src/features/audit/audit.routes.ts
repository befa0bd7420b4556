import { Router } from 'express';
import Joi from 'joi';
import type { AuditEntryBody } from '../../contracts/operator-http.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { validate } from '../../middleware/validate.ts';
import { textFilterSchema } from '../../utils/text-filter-schema.ts';
import { uuidSchema } from '../../utils/uuid-schema.ts';

interface AuditRequest {
  subject?: string;
  action?: string;
  actorId?: string;
  /** The actor's whole e-mail, whatever its case. */
  actorEmail?: string;
  /** Not before. */
  from?: Date;
  /** Before. */
  until?: Date;
  limit: number;
  /** The id of the last entry of the page before. */
  cursor?: number;
}

const time = Joi.date().iso().min('2000-01-01T00:00:00Z').max('9999-12-31T23:59:59Z');

const auditSchema = Joi.object<AuditRequest>({
  subject: Joi.string().max(100),
  action: Joi.string().max(100),
  actorId: uuidSchema,
  actorEmail: textFilterSchema,
  from: time,
  until: time,
  limit: Joi.number().integer().min(1).max(100).default(50),
  cursor: Joi.number().integer().min(1),
});

interface AuditRow {
  id: number;
  at: Date;
  actor_id: string | null;
  actor_email: string | null;
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
  { subject, action, actorId, actorEmail, from, until, limit, cursor }: AuditRequest,
): Promise<AuditRow[]> {
  const query = db('audit_log as a')
    .leftJoin('users as u', 'u.id', 'a.actor_id')
    .orderBy('a.id', 'desc')
    .limit(limit + 1);
  if (subject !== undefined) void query.where('a.subject', subject);
  if (action !== undefined) void query.where('a.action', action);
  if (actorId !== undefined) void query.where('a.actor_id', actorId);
  if (actorEmail !== undefined) void query.whereRaw('lower(u.email) = lower(?)', [actorEmail]);
  if (from !== undefined) void query.where('a.at', '>=', from);
  if (until !== undefined) void query.where('a.at', '<', until);
  if (cursor !== undefined) void query.where('a.id', '<', cursor);
  return query.select<AuditRow[]>('a.*', 'u.email as actor_email');
}

export function presentAudit(row: AuditRow): AuditEntryBody {
  return {
    id: row.id,
    at: row.at.toISOString(),
    ...(row.actor_id === null ? {} : { actorId: row.actor_id }),
    ...(row.actor_email === null ? {} : { actorEmail: row.actor_email }),
    action: row.action,
    subject: row.subject,
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.before === null ? {} : { before: row.before }),
    ...(row.after === null ? {} : { after: row.after }),
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
  };
}
