import type { Redis } from 'ioredis';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { silentLogger, type Logger } from '../../infrastructure/logging/logger.ts';
import { CHANNELS } from '../../infrastructure/redis/keys.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import { createEnsureGate } from '../purchase/rebuild.ts';
import { createChangeGate } from './change-gate.ts';
import { dropCachedSale } from './sale-catalogue.ts';
import type { SaleDetails } from './sale.model.ts';
import { findSale, insertSale, type NewSale } from './sale.repository.ts';

/** How long another process may take to rebuild the same gate, ms; its own statements time out before that. */
const GATE_TIMEOUT_MS = 15_000;

export interface SaleServiceDeps {
  db: Database;
  redis: Redis;
  runId: RunId;
  logger?: Logger;
}

/** Who does it and why, for the audit log; `actorId` is null for a command typed on the machine. */
export interface Actor {
  actorId: string | null;
  reason?: string;
}

export type StateChange =
  { ok: true; sale: SaleDetails } | { ok: false; code: 'sale_not_found' | 'sale_stopped' };

/**
 * Puts a sale that is written in force: its gate is open, and no process goes on with an older reading of it.
 *
 * @throws when the gate does not open within 15 s
 */
export async function warmSale(
  { db, redis, runId, logger = silentLogger }: SaleServiceDeps,
  { saleId, stockId }: { saleId: string; stockId: string },
): Promise<void> {
  const ensureGate = createEnsureGate({ db, redis, runId, logger });
  const giveUpAt = Date.now() + GATE_TIMEOUT_MS;
  while (!(await ensureGate(saleId, stockId))) {
    if (Date.now() > giveUpAt) throw new Error(`the gate of sale ${saleId} does not open`);
    await new Promise((resolve) => setTimeout(resolve, 50)); // another process is rebuilding it
  }
  await dropCachedSale(redis, saleId);
  await redis.publish(CHANNELS.saleChanged, saleId);
}

/** Makes a sale with its stock; on return every API process would decide on it. */
export async function createSale(
  deps: SaleServiceDeps,
  sale: NewSale,
  actor: Actor,
): Promise<{ saleId: string; stockId: string }> {
  const made = await deps.db.transaction(async (tx) => {
    const inserted = await insertSale(tx, sale);
    await writeAudit(tx, actor, {
      action: 'sale.create',
      saleId: inserted.saleId,
      before: null,
      after: sale,
    });
    return inserted;
  });
  await warmSale(deps, made);
  return made;
}

/**
 * Pauses, resumes (`active`) or stops a sale: in PostgreSQL with an audit row, then at the gate, at once for every
 * process. Repeatable; a stopped sale stays stopped.
 */
export async function changeSaleState(
  deps: SaleServiceDeps,
  saleId: string,
  state: SaleDetails['state'],
  actor: Actor,
): Promise<StateChange> {
  const { db, redis } = deps;
  const change = await db.transaction(async (tx): Promise<StateChange> => {
    const { rows } = await tx.raw<{ rows: { state: SaleDetails['state'] }[] }>(
      'select state from flash_sales where id = ? for update',
      [saleId],
    );
    const before = rows[0]?.state;
    if (before === undefined) return { ok: false, code: 'sale_not_found' };
    if (before === 'stopped' && state !== 'stopped') return { ok: false, code: 'sale_stopped' };
    if (before !== state) {
      await tx.raw(
        'update flash_sales set state = ?, version = version + 1, updated_at = now() where id = ?',
        [state, saleId],
      );
      await writeAudit(tx, actor, {
        action: `sale.${VERBS[state]}`,
        saleId,
        before: { state: before },
        after: { state },
      });
    }
    const sale = await findSale(tx, saleId);
    if (!sale) throw new Error(`sale ${saleId} is gone`);
    return { ok: true, sale };
  });
  if (!change.ok) return change;
  await createChangeGate({ redis })(change.sale);
  await dropCachedSale(redis, saleId);
  // Again after the cache is dropped: a process that heard the first message may have read the old details.
  await redis.publish(CHANNELS.saleChanged, saleId);
  return change;
}

const VERBS = { active: 'resume', paused: 'pause', stopped: 'stop' } as const;

async function writeAudit(
  tx: Database,
  { actorId, reason }: Actor,
  { action, saleId, before, after }: { action: string; saleId: string; before: object | null; after: object },
): Promise<void> {
  await tx('audit_log').insert({
    actor_id: actorId,
    action,
    subject: `sale:${saleId}`,
    reason: reason ?? null,
    before: before === null ? null : JSON.stringify(before),
    after: JSON.stringify(after),
  });
}
