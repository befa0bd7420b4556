import type { Database, Transaction } from '../../infrastructure/postgres/database.ts';
import { silentLogger, type Logger } from '../../infrastructure/logging/logger.ts';
import { CHANNELS } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import { writeAudit, type Actor } from '../audit/write-audit.ts';
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

export type StateChange =
  { ok: true } | { ok: false; code: 'sale_not_found' | 'sale_not_published' | 'sale_stopped' };

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
  const giveUpAt = performance.now() + GATE_TIMEOUT_MS;
  while (!(await ensureGate(saleId, stockId))) {
    if (performance.now() > giveUpAt) throw new Error(`the gate of sale ${saleId} does not open`);
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
  const made = await deps.db.transaction((tx) => writeSale(tx, sale, actor));
  await warmSale(deps, made);
  return made;
}

/** The part of it that PostgreSQL has, with who made it. */
export async function writeSale(
  tx: Transaction,
  sale: NewSale,
  actor: Actor,
): Promise<{ saleId: string; stockId: string }> {
  const made = await insertSale(tx, sale);
  const subject = `sale:${made.saleId}`;
  await writeAudit(tx, actor, { action: 'sale.create', subject, before: null, after: sale });
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
  const change = await deps.db.transaction((tx) => writeSaleState(tx, saleId, state, actor));
  if (change.ok) await putSaleInForce(deps, saleId);
  return change;
}

/** The part of it that PostgreSQL has; `putSaleInForce` follows the commit. */
export async function writeSaleState(
  tx: Transaction,
  saleId: string,
  state: SaleDetails['state'],
  actor: Actor,
): Promise<StateChange> {
  // Not `for update`: every order that is settled holds a key share of this row, and would wait.
  const { rows } = await tx.raw<{ rows: { state: SaleDetails['state'] | 'draft' }[] }>(
    'select state from flash_sales where id = ? for no key update',
    [saleId],
  );
  const before = rows[0]?.state;
  if (before === undefined) return { ok: false, code: 'sale_not_found' };
  if (before === 'draft') return { ok: false, code: 'sale_not_published' };
  if (before === 'stopped' && state !== 'stopped') return { ok: false, code: 'sale_stopped' };
  if (before === state) return { ok: true };
  await tx.raw('update flash_sales set state = ?, version = version + 1, updated_at = now() where id = ?', [
    state,
    saleId,
  ]);
  await writeAudit(tx, actor, {
    action: `sale.${VERBS[state]}`,
    subject: `sale:${saleId}`,
    before: { state: before },
    after: { state },
  });
  return { ok: true };
}

/**
 * Puts what PostgreSQL has of a sale in force at its gate, and has every process read it anew. Repeatable; should it not
 * come to that, reconcile does it within a second or two.
 */
export async function putSaleInForce(
  { db, redis }: Pick<SaleServiceDeps, 'db' | 'redis'>,
  saleId: string,
): Promise<void> {
  const sale = await findSale(db, saleId);
  if (sale) await createChangeGate({ redis })(sale);
  await dropCachedSale(redis, saleId);
  // Again after the cache is dropped: a process that heard the first message may have read the old details.
  await redis.publish(CHANNELS.saleChanged, saleId);
}

const VERBS = { active: 'resume', paused: 'pause', stopped: 'stop' } as const;
