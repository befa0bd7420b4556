import { randomUUID } from 'node:crypto';
import type { StockChangeBody } from '../../contracts/operator-http.ts';
import { RefusalError } from '../../errors/refusal.ts';
import type { Clock } from '../../infrastructure/clock.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import { withStockLock, type LockedStock } from '../../infrastructure/postgres/advisory-lock.ts';
import type { Database, Transaction } from '../../infrastructure/postgres/database.ts';
import { KEPT_AFTER_END_MS, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import { uuidV5 } from '../../utils/uuid-v5.ts';
import { writeAudit, type Actor } from '../audit/write-audit.ts';
import { requireName } from '../operator/change-request.ts';
import { findAnswer, makeOnce, type Change, type ChangeAnswer } from '../operator/make-once.ts';
import type { EnsureGate } from '../purchase/rebuild.ts';
import { measureDrift } from '../purchase/measure-drift.ts';
import { repairDrift } from '../purchase/repair-drift.ts';
import { findOperatorSale } from '../sale/operator-sale.repository.ts';
import type { OperatorSale } from '../sale/operator-sale.model.ts';
import { putSaleInForce } from '../sale/sale.service.ts';
import { dropHeld, holdUnits, type HeldUnits } from './held-units.ts';
import { isChangeMade, readLockedStock, writeMovement } from './stock.repository.ts';

export interface ChangeStockDeps {
  db: Database;
  redis: Redis;
  runId: RunId;
  clock: Clock;
  ensureGate: EnsureGate;
  logger: Logger;
}

export interface StockWish {
  delta: number;
  /** The sale's name as it was typed: needed to take units away. */
  confirm?: string | undefined;
}

/** Namespace of change ids: UUIDv5 of actor and key, so that a repeat names the same change. */
const CHANGE_NAMESPACE = '0c5c6f0e-6a0b-5b5e-8a53-0f0d6a1f7a3c';
const MOST_UNITS = 10_000_000;

/**
 * Puts units on sale or takes them off, at the peak too: in force everywhere on return.
 *
 * Up: PostgreSQL, then the gate is repaired from it. Down: the gate holds the units first, so that nobody is promised
 * them, then PostgreSQL, then the hold ends; what is left half-way is finished by reconcile (`finishHeld`).
 *
 * @throws RefusalError `sale_not_found`, `invalid_request`, `stock_not_available` with what can be taken, `gate_closed`
 */
export async function changeStock(
  deps: ChangeStockDeps,
  saleId: string,
  { delta, confirm }: StockWish,
  change: Change,
): Promise<ChangeAnswer> {
  const sale = await findOperatorSale(deps.db, saleId);
  if (!sale) throw new RefusalError({ code: 'sale_not_found' });
  if (delta < 0) requireName(confirm, sale.name);
  const changeId =
    change.key === null ? randomUUID() : uuidV5(`${change.actor.actorId}:${change.key}`, CHANGE_NAMESPACE);
  const answer =
    delta > 0
      ? await addUnits(deps.db, sale, { changeId, units: delta }, change)
      : await takeUnits(deps, sale, { changeId, units: -delta }, change);
  await showStock(deps, sale);
  return answer;
}

function addUnits(
  db: Database,
  sale: OperatorSale,
  { changeId, units }: { changeId: string; units: number },
  change: Change,
): Promise<ChangeAnswer> {
  return makeOnce(db, change, (tx) =>
    withStockLock(tx, sale.stockId, async (stock) => {
      if ((await readLockedStock(stock)).total + units > MOST_UNITS) {
        const errors = [{ field: 'delta', message: `must leave at most ${MOST_UNITS} units` }];
        throw new RefusalError({ code: 'invalid_request', errors });
      }
      return writeChange(tx, stock, sale.id, { changeId, delta: units }, change.actor);
    }),
  );
}

async function takeUnits(
  deps: ChangeStockDeps,
  { id: saleId, stockId }: OperatorSale,
  { changeId, units }: { changeId: string; units: number },
  change: Change,
): Promise<ChangeAnswer> {
  const made = await findAnswer(deps.db, change);
  if (made) return made; // before anything is held for it again
  // A rebuild in between makes what was held part of the past: each is one more round.
  for (let round = 0; round < 5; round += 1) {
    const sale = await findOperatorSale(deps.db, saleId);
    const hasGate =
      sale && sale.state !== 'draft' && sale.endsAt.getTime() + KEPT_AFTER_END_MS > deps.clock.now();
    const epoch = hasGate
      ? Number((await deps.redis.hget(saleKeys(saleId).gate, 'epoch')) ?? 0)
      : await storedEpoch(deps.db, stockId);
    const held = { saleId, stockId, epoch, changeId, units, change, heldAtMs: deps.clock.now() };
    if (hasGate) {
      const reply = await holdUnits(deps, held);
      if (reply.kind === 'too-few') throw notAvailable(reply.left);
      if (reply.kind === 'closed') {
        await deps.ensureGate(saleId, stockId);
        continue;
      }
    }
    const answer = await commitHeld(deps, held);
    if (answer) return answer;
  }
  throw new RefusalError({ code: 'gate_closed' });
}

/**
 * Makes a change whose units are held: PostgreSQL, then the hold ends. Repeatable, also beside another process that does
 * the same: the change's id is written once.
 *
 * @returns null when the gate has been rebuilt since: nothing is changed, and nothing is held any more
 * @throws RefusalError `stock_not_available` when PostgreSQL has sold more than the gate knew: the units are back on sale
 */
export async function commitHeld(
  { db, redis }: Pick<ChangeStockDeps, 'db' | 'redis'>,
  held: HeldUnits,
): Promise<ChangeAnswer | null> {
  const { stockId, saleId, epoch, changeId, units, change } = held;
  try {
    const answer = await makeOnce(db, change, (tx) =>
      withStockLock(tx, stockId, async (stock) => {
        const now = await readLockedStock(stock);
        if (await isChangeMade(tx, changeId)) return answerOf(saleId, changeId, -units, now);
        if (now.epoch !== epoch) throw new GateRebuilt();
        if (now.total - units < now.sold) throw notAvailable(now.total - now.sold);
        return writeChange(tx, stock, saleId, { changeId, delta: -units }, change.actor);
      }),
    );
    await dropHeld(redis, held, { giveBack: false });
    return answer;
  } catch (error) {
    if (error instanceof GateRebuilt) return null;
    if (error instanceof RefusalError) await dropHeld(redis, held, { giveBack: true });
    throw error;
  }
}

/** Carries the fence out of the transaction, which it rolls back. */
class GateRebuilt extends Error {}

async function writeChange(
  tx: Transaction,
  stock: LockedStock,
  saleId: string,
  { changeId, delta }: { changeId: string; delta: number },
  actor: Actor,
): Promise<ChangeAnswer> {
  const after = await writeMovement(stock, { changeId, total: delta, cause: 'operator' });
  await writeAudit(tx, actor, {
    action: 'sale.stock',
    subject: `sale:${saleId}`,
    before: { total: after.total - delta },
    after: { total: after.total, changeId },
  });
  return answerOf(saleId, changeId, delta, after);
}

function answerOf(
  saleId: string,
  changeId: string,
  delta: number,
  { total, sold }: { total: number; sold: number },
): ChangeAnswer {
  const body: StockChangeBody = { changeId, saleId, delta, stock: { total, sold } };
  return { status: 200, body };
}

function notAvailable(left: number): RefusalError {
  return new RefusalError({ code: 'stock_not_available', remaining: Math.max(0, left) });
}

async function storedEpoch(db: Database, stockId: string): Promise<number> {
  const row = await db('stocks')
    .where({ id: stockId })
    .first<{ gate_epoch: number } | undefined>('gate_epoch');
  return row?.gate_epoch ?? 0;
}

/**
 * Brings a gate in line with what PostgreSQL has after a change of stock or a cancelled order, and tells every process.
 * Repeatable; should it not come to that, reconcile does it.
 */
export async function showStock(
  { db, redis, runId, logger }: Pick<ChangeStockDeps, 'db' | 'redis' | 'runId' | 'logger'>,
  { id: saleId, stockId }: Pick<OperatorSale, 'id' | 'stockId'>,
): Promise<void> {
  // What is admitted, settled or repaired in between makes a measurement void: once more then, at most a few times.
  for (let round = 0; round < 5; round += 1) {
    const epoch = await redis.hget(saleKeys(saleId).gate, 'epoch');
    if (epoch === null) break;
    const target = { saleId, stockId, epoch: Number(epoch) };
    await repairDrift({ db, redis, runId, logger }, target, { isExpected: true });
    const now = await measureDrift({ db, redis, runId }, target);
    if (now === null || (now.drift === 0 && now.isTotalShown)) break;
  }
  await putSaleInForce({ db, redis }, saleId);
}
