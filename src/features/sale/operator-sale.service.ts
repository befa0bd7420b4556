import { RefusalError } from '../../errors/refusal.ts';
import type { Clock } from '../../infrastructure/clock.ts';
import type { Transaction } from '../../infrastructure/postgres/database.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { etagOf, requireName } from '../operator/change-request.ts';
import { makeOnce, type Change, type ChangeAnswer } from '../operator/make-once.ts';
import { findProduct } from '../product/product.repository.ts';
import type { SaleDetails } from './sale.model.ts';
import type { NewSale } from './sale.repository.ts';
import { presentOperatorSale, type OperatorSale } from './operator-sale.model.ts';
import { findOperatorSale, lockOperatorSale, updateSale, type SaleEdit } from './operator-sale.repository.ts';
import type { CloneRequest } from './operator-sale.schema.ts';
import { putSaleInForce, warmSale, writeSale, writeSaleState, type SaleServiceDeps } from './sale.service.ts';

export interface OperatorSaleDeps extends SaleServiceDeps {
  /** The gate's clock. */
  clock: Clock;
}

/** An edit must be in force before the sale opens, or somebody is admitted in a window that never was, ms. */
const EDIT_MARGIN_MS = 10_000;

/** Makes a draft: shoppers do not see it before it is published. */
export function createDraft({ db }: OperatorSaleDeps, sale: NewSale, change: Change): Promise<ChangeAnswer> {
  return makeOnce(db, change, (tx) => insertDraft(tx, sale, change));
}

/** A draft like another sale, with a time of its own. @throws RefusalError `sale_not_found` */
export function cloneSale(
  { db }: OperatorSaleDeps,
  id: string,
  { startsAt, endsAt, name, stock }: CloneRequest,
  change: Change,
): Promise<ChangeAnswer> {
  return makeOnce(db, change, async (tx) => {
    const like = await requireSale(findOperatorSale(tx, id));
    const { productId, perShopperLimit } = like;
    const sale = { productId, perShopperLimit, name: name ?? like.name, stock: stock ?? like.total };
    return insertDraft(tx, { ...sale, startsAt, endsAt }, change);
  });
}

async function insertDraft(tx: Transaction, sale: NewSale, change: Change): Promise<ChangeAnswer> {
  await requireProduct(tx, sale.productId);
  const { saleId } = await writeSale(tx, { ...sale, isDraft: true }, change.actor);
  const made = await requireSale(findOperatorSale(tx, saleId));
  return { ...answerOf(made), status: 201, location: `/api/admin/sales/${saleId}` };
}

/**
 * Edits a draft, or a published sale until ten seconds before it opens. In force everywhere on return.
 *
 * @param version  the one the edit was made from
 * @throws RefusalError `sale_not_found`, `precondition_failed`, `sale_not_editable`, `invalid_request`
 */
export async function editSale(
  deps: OperatorSaleDeps,
  { id, version }: { id: string; version: number },
  edit: SaleEdit,
  change: Change,
): Promise<ChangeAnswer> {
  const answer = await makeOnce(deps.db, change, async (tx) => {
    const before = await requireSale(lockOperatorSale(tx, id));
    if (before.version !== version) throw new RefusalError({ code: 'precondition_failed' });
    const earliestMs = deps.clock.now() + EDIT_MARGIN_MS;
    const isPublished = before.state !== 'draft';
    if (before.state === 'stopped' || (isPublished && before.startsAt.getTime() < earliestMs))
      throw new RefusalError({ code: 'sale_not_editable' });
    const startsAt = edit.startsAt ?? before.startsAt;
    if (isPublished && startsAt.getTime() < earliestMs)
      refuseField('startsAt', 'must be at least ten seconds from now');
    if ((edit.endsAt ?? before.endsAt) <= startsAt) refuseField('endsAt', 'must be after startsAt');
    if (edit.productId !== undefined) await requireProduct(tx, edit.productId);
    const after = await updateSale(tx, before, edit);
    const only = (sale: OperatorSale) =>
      Object.fromEntries(Object.keys(edit).map((field) => [field, sale[field as keyof SaleEdit]]));
    await writeAudit(tx, change.actor, {
      action: 'sale.edit',
      subject: `sale:${id}`,
      before: only(before),
      after: only(after),
    });
    return answerOf(after);
  });
  await putSaleInForce(deps, id);
  return answer;
}

/**
 * Publishes a draft: shoppers see it, and its gate is open on return. A published sale is left as it is.
 *
 * @throws RefusalError `sale_not_found`, `sale_stopped`, `sale_ended`
 */
export async function publishSale(deps: OperatorSaleDeps, id: string, change: Change): Promise<ChangeAnswer> {
  const answer = await makeOnce(deps.db, change, async (tx) => {
    const before = await requireSale(lockOperatorSale(tx, id));
    if (before.state === 'stopped') throw new RefusalError({ code: 'sale_stopped' });
    if (before.state !== 'draft') return answerOf(before);
    if (before.endsAt.getTime() <= deps.clock.now()) throw new RefusalError({ code: 'sale_ended' });
    const after = await updateSale(tx, before, { state: 'active' });
    await writeAudit(tx, change.actor, {
      action: 'sale.publish',
      subject: `sale:${id}`,
      before: { state: 'draft' },
      after: { state: 'active' },
    });
    return answerOf(after);
  });
  const { stockId } = await requireSale(findOperatorSale(deps.db, id));
  await warmSale(deps, { saleId: id, stockId });
  return answer;
}

/**
 * Pauses, resumes (`active`) or stops a sale, in force everywhere on return.
 *
 * @param confirm  the sale's name as it was typed: stopping is for good
 */
export async function setSaleState(
  deps: OperatorSaleDeps,
  id: string,
  { state, confirm }: { state: SaleDetails['state']; confirm?: string | undefined },
  change: Change,
): Promise<ChangeAnswer> {
  const answer = await makeOnce(deps.db, change, async (tx) => {
    const sale = await requireSale(lockOperatorSale(tx, id));
    if (state === 'stopped') requireName(confirm, sale.name);
    const written = await writeSaleState(tx, id, state, change.actor);
    if (!written.ok) throw new RefusalError({ code: written.code });
    return answerOf(await requireSale(findOperatorSale(tx, id)));
  });
  await putSaleInForce(deps, id);
  return answer;
}

/**
 * Tells something to all who look at a sale; an empty `message` takes it off. On every page within a second.
 *
 * @throws RefusalError `sale_not_found`, `sale_not_published`
 */
export async function setSaleMessage(
  deps: OperatorSaleDeps,
  id: string,
  message: string,
  change: Change,
): Promise<ChangeAnswer> {
  const answer = await makeOnce(deps.db, change, async (tx) => {
    const before = await requireSale(lockOperatorSale(tx, id));
    if (before.state === 'draft') throw new RefusalError({ code: 'sale_not_published' });
    if (before.message === message) return answerOf(before);
    const after = await updateSale(tx, before, { message });
    await writeAudit(tx, change.actor, {
      action: 'sale.message',
      subject: `sale:${id}`,
      before: { message: before.message },
      after: { message },
    });
    return answerOf(after);
  });
  await putSaleInForce(deps, id);
  return answer;
}

export async function readSale({ db }: Pick<OperatorSaleDeps, 'db'>, id: string): Promise<ChangeAnswer> {
  return answerOf(await requireSale(findOperatorSale(db, id)));
}

/** @throws RefusalError `sale_not_found` */
export async function requireSale(finding: Promise<OperatorSale | null>): Promise<OperatorSale> {
  const sale = await finding;
  if (!sale) throw new RefusalError({ code: 'sale_not_found' });
  return sale;
}

async function requireProduct(tx: Transaction, productId: string): Promise<void> {
  if (!(await findProduct(tx, productId))) refuseField('productId', 'names no product');
}

function refuseField(field: string, message: string): never {
  throw new RefusalError({ code: 'invalid_request', errors: [{ field, message }] });
}

function answerOf(sale: OperatorSale): ChangeAnswer {
  return { status: 200, body: presentOperatorSale(sale), etag: etagOf(sale) };
}
