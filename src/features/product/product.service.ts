import { RefusalError } from '../../errors/refusal.ts';
import type { Clock } from '../../infrastructure/clock.ts';
import type { Database, Transaction } from '../../infrastructure/postgres/database.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { writeAudit, type Actor } from '../audit/write-audit.ts';
import { etagOf } from '../operator/change-request.ts';
import { makeOnce, type Change, type ChangeAnswer } from '../operator/make-once.ts';
import { insertPicture } from '../picture/picture.repository.ts';
import type { Picture } from '../picture/read-picture.ts';
import { putSaleInForce } from '../sale/sale.service.ts';
import { presentProduct, type Product } from './product.model.ts';
import {
  findProduct,
  findSalesOfProduct,
  insertProduct,
  lockProduct,
  updateProduct,
  type NewProduct,
  type ProductEdit,
} from './product.repository.ts';

export interface ProductServiceDeps {
  db: Database;
  redis: Redis;
  /** The gate's clock. */
  clock: Clock;
}

/** Writes a product and who made it. */
export async function writeProduct(tx: Transaction, product: NewProduct, actor: Actor): Promise<Product> {
  const made = await findProduct(tx, await insertProduct(tx, product));
  if (!made) throw new Error('the product was not written');
  const subject = `product:${made.id}`;
  await writeAudit(tx, actor, { action: 'product.create', subject, before: null, after: product });
  return made;
}

export function createProduct(
  { db }: ProductServiceDeps,
  product: NewProduct,
  change: Change,
): Promise<ChangeAnswer> {
  return makeOnce(db, change, async (tx) => {
    const made = await writeProduct(tx, product, change.actor);
    return { ...answerOf(made), status: 201, location: `/api/admin/products/${made.id}` };
  });
}

/**
 * Edits a product; every page that shows it has the new words within a second. Its price stays while a sale of it is
 * open: who was told one price must not pay another.
 *
 * @param version  the one the edit was made from
 * @throws RefusalError `product_not_found`, `precondition_failed`, `product_on_sale`
 */
export async function editProduct(
  deps: ProductServiceDeps,
  { id, version }: { id: string; version: number },
  edit: ProductEdit,
  change: Change,
): Promise<ChangeAnswer> {
  const answer = await makeOnce(deps.db, change, async (tx) => {
    const before = await requireVersionOf(tx, id, version);
    return answerOf(await writeEdit(tx, before, edit, { actor: change.actor, nowMs: deps.clock.now() }));
  });
  await showProduct(deps, id);
  return answer;
}

/**
 * Gives a product a picture; every page that shows the product has it within a second.
 *
 * @throws RefusalError `product_not_found`, `precondition_failed`
 */
export async function setPicture(
  deps: ProductServiceDeps,
  { id, version }: { id: string; version: number },
  picture: Picture,
  change: Change,
): Promise<ChangeAnswer> {
  const answer = await makeOnce(deps.db, change, async (tx) => {
    const before = await requireVersionOf(tx, id, version);
    const imageUrl = `/api/pictures/${await insertPicture(tx, picture)}`;
    const after = await writeEdit(tx, before, { imageUrl }, { actor: change.actor, nowMs: deps.clock.now() });
    return answerOf(after);
  });
  await showProduct(deps, id);
  return answer;
}

async function requireVersionOf(tx: Transaction, id: string, version: number): Promise<Product> {
  const product = await lockProduct(tx, id);
  if (!product) throw new RefusalError({ code: 'product_not_found' });
  if (product.version !== version) throw new RefusalError({ code: 'precondition_failed' });
  return product;
}

/** Writes an edit of a locked product and its audit row. */
async function writeEdit(
  tx: Transaction,
  before: Product,
  edit: ProductEdit,
  { actor, nowMs }: { actor: Actor; nowMs: number },
): Promise<Product> {
  const changed = Object.keys(edit).filter(
    (field) => edit[field as keyof ProductEdit] !== before[field as keyof Product],
  );
  if (changed.includes('priceMinor') || changed.includes('currency')) {
    const sales = await findSalesOfProduct(tx, before.id, nowMs);
    if (sales.some(({ isSelling }) => isSelling)) throw new RefusalError({ code: 'product_on_sale' });
  }
  const after = await updateProduct(tx, before, edit);
  const only = (product: Product) =>
    Object.fromEntries(changed.map((field) => [field, product[field as keyof Product]]));
  await writeAudit(tx, actor, {
    action: 'product.edit',
    subject: `product:${before.id}`,
    before: only(before),
    after: only(after),
  });
  return after;
}

/** Has every process read the product's sales anew, and every page be told of them. */
async function showProduct({ db, redis, clock }: ProductServiceDeps, id: string): Promise<void> {
  const sales = await findSalesOfProduct(db, id, clock.now());
  for (const { saleId } of sales) await putSaleInForce({ db, redis }, saleId);
}

export async function readProduct({ db }: Pick<ProductServiceDeps, 'db'>, id: string): Promise<ChangeAnswer> {
  const product = await findProduct(db, id);
  if (!product) throw new RefusalError({ code: 'product_not_found' });
  return answerOf(product);
}

function answerOf(product: Product): ChangeAnswer {
  return { status: 200, body: presentProduct(product), etag: etagOf(product) };
}
