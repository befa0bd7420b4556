import type { Database, Transaction } from '../../infrastructure/postgres/database.ts';
import type { PageRequest } from '../../utils/page-cursor.ts';
import type { Product } from './product.model.ts';

export interface NewProduct {
  name: string;
  description?: string;
  priceMinor: number;
  /** ISO 4217. */
  currency: string;
}

export interface ProductFilter {
  /** Part of the name, whatever its case. */
  name?: string;
}

/** What an edit may change. */
export type ProductEdit = Partial<NewProduct & { imageUrl: string }>;

interface ProductRow {
  id: string;
  name: string;
  description: string;
  image_url: string;
  price_minor: number;
  currency: string;
  version: number;
  created_at_micros: number;
  updated_at: Date;
}

const SELECT_PRODUCT = `
  select id, name, description, image_url, price_minor, currency, version, updated_at,
         (extract(epoch from created_at) * 1000000)::bigint as created_at_micros
    from products`;

/** @returns the new product's id */
export async function insertProduct(db: Database, product: NewProduct): Promise<string> {
  const { name, description = '', priceMinor, currency } = product;
  const [row] = await db<{ id: string }>('products')
    .insert({ name, description, price_minor: priceMinor, currency } as object)
    .returning('id');
  if (!row) throw new Error('the product was not written');
  return row.id;
}

export async function findProduct(db: Database, id: string): Promise<Product | null> {
  const { rows } = await db.raw<{ rows: ProductRow[] }>(`${SELECT_PRODUCT} where id = ?`, [id]);
  return rows[0] ? toProduct(rows[0]) : null;
}

/** The same, locked until the transaction ends: of two edits the second sees the first. */
export async function lockProduct(tx: Transaction, id: string): Promise<Product | null> {
  const { rows } = await tx.raw<{ rows: ProductRow[] }>(`${SELECT_PRODUCT} where id = ? for no key update`, [
    id,
  ]);
  return rows[0] ? toProduct(rows[0]) : null;
}

/** Newest first, from after the cursor; one more than the page. */
export async function listProducts(
  db: Database,
  { limit, cursor, name }: PageRequest & ProductFilter,
): Promise<Product[]> {
  const { rows } = await db.raw<{ rows: ProductRow[] }>(
    `${SELECT_PRODUCT}
      where (:name::text is null or position(lower(:name) in lower(name)) > 0)
        and (:id::uuid is null or (created_at, id) < ('epoch'::timestamptz + :micros * interval '1 microsecond', :id::uuid))
      order by products.created_at desc, id desc limit :most`,
    { name: name ?? null, id: cursor?.id ?? null, micros: cursor?.createdAtMicros ?? 0, most: limit + 1 },
  );
  return rows.map(toProduct);
}

/** Writes an edit and raises the version. The row is locked (`lockProduct`). */
export async function updateProduct(
  tx: Transaction,
  { id, version }: Pick<Product, 'id' | 'version'>,
  { name, description, imageUrl, priceMinor, currency }: ProductEdit,
): Promise<Product> {
  const columns = { name, description, image_url: imageUrl, price_minor: priceMinor, currency };
  const given = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
  const count = await tx('products')
    .where({ id, version })
    .update({ ...given, version: version + 1, updated_at: tx.fn.now() });
  const product = await findProduct(tx, id);
  if (count !== 1 || !product) throw new Error(`product ${id} changed under its lock`);
  return product;
}

/**
 * Published sales of a product that shoppers may see now or later, and whether one of them is open, about to open, or
 * closed so lately that an attempt may still be settled.
 */
export async function findSalesOfProduct(
  db: Database,
  productId: string,
  nowMs: number,
): Promise<{ saleId: string; isSelling: boolean }[]> {
  const { rows } = await db.raw<{ rows: { id: string; selling: boolean }[] }>(
    `select id, starts_at < :now::timestamptz + interval '10 seconds'
                and ends_at > :now::timestamptz - interval '1 minute' as selling
       from flash_sales
      where product_id = :productId and state <> 'draft' and ends_at > :now::timestamptz - interval '24 hours'`,
    { productId, now: new Date(nowMs) },
  );
  return rows.map(({ id, selling }) => ({ saleId: id, isSelling: selling }));
}

function toProduct(row: ProductRow): Product {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    imageUrl: row.image_url,
    priceMinor: row.price_minor,
    currency: row.currency,
    version: row.version,
    createdAtMicros: row.created_at_micros,
    updatedAt: row.updated_at,
  };
}
