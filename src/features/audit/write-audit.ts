import type { Transaction } from '../../infrastructure/postgres/database.ts';

/** Who makes a change and why; `actorId` is null for a command typed on the machine. */
export interface Actor {
  actorId: string | null;
  reason?: string | undefined;
  requestId?: string | undefined;
}

export interface AuditEntry {
  /** What was done to what kind of thing: `sale.pause`. */
  action: string;
  /** Kind and id: `sale:<uuid>`. */
  subject: string;
  before: object | null;
  after: object | null;
}

/** Appends to the audit log, in the transaction of the change itself: neither is there without the other. */
export async function writeAudit(
  tx: Transaction,
  { actorId, reason, requestId }: Actor,
  { action, subject, before, after }: AuditEntry,
): Promise<void> {
  await tx('audit_log').insert({
    actor_id: actorId,
    action,
    subject,
    reason: reason ?? null,
    before: before === null ? null : JSON.stringify(before),
    after: after === null ? null : JSON.stringify(after),
    request_id: requestId ?? null,
  });
}
