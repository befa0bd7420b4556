import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { RefusalError } from '../../errors/refusal.ts';
import { requestIdOf } from '../../errors/send-whole.ts';
import { traceOf } from '../../infrastructure/tracing/begin-trace.ts';
import { identityOf } from '../account/enforce-policies.ts';
import { IDEMPOTENCY_KEY } from '../purchase/purchase.schema.ts';
import type { Change, ChangeAnswer } from './make-once.ts';

/**
 * Reads who asks for a change, why, and under which key.
 *
 * @throws RefusalError `invalid_request` for a malformed `Idempotency-Key`
 */
export function readChange(req: Request, res: Response, reason?: string): Change {
  const key = req.get('Idempotency-Key');
  if (key !== undefined && !IDEMPOTENCY_KEY.test(key)) {
    throw new RefusalError({
      code: 'invalid_request',
      errors: [{ field: 'Idempotency-Key', message: 'must be 1 to 128 printable ASCII characters' }],
    });
  }
  const { userId: actorId } = identityOf(res);
  return {
    actor: { actorId, reason, requestId: requestIdOf(res) },
    key: key ?? null,
    fingerprint: fingerprintOf(req),
    trace: traceOf(res),
  };
}

/** Of method, address and body; the order of a body's fields does not matter. */
function fingerprintOf(req: Request): string {
  const body: unknown = req.body;
  const bytes = Buffer.isBuffer(body)
    ? body
    : JSON.stringify(Object.entries(body ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
  const path = req.originalUrl.split('?', 1)[0] ?? '';
  return createHash('sha256').update(`${req.method} ${path.toLowerCase()}\n`).update(bytes).digest('hex');
}

export function etagOf({ version }: { version: number }): string {
  return `"v${version}"`;
}

const ETAG = /^"v(\d{1,9})"$/;

/**
 * Reads the version that an edit was made from.
 *
 * @throws RefusalError `precondition_required` without `If-Match`, `precondition_failed` for what is no version of ours
 */
export function requireVersion(req: Request): number {
  const header = req.get('If-Match');
  if (header === undefined) throw new RefusalError({ code: 'precondition_required' });
  const version = ETAG.exec(header.trim())?.[1];
  if (version === undefined) throw new RefusalError({ code: 'precondition_failed' });
  return Number(version);
}

/** @throws RefusalError when the name that was typed is not the sale's */
export function requireName(typed: string | undefined, name: string): void {
  if (typed === name) return;
  const errors = [{ field: 'confirm', message: 'must be the name of the sale, letter by letter' }];
  throw new RefusalError({ code: 'invalid_request', errors });
}

export function sendAnswer(res: Response, { status, body, etag, location }: ChangeAnswer): void {
  if (etag !== undefined) res.set('ETag', etag);
  if (location !== undefined) res.set('Location', location);
  res.status(status).set('Cache-Control', 'no-store').json(body);
}
