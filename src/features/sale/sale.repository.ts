import type { Database } from '../../infrastructure/postgres/database.ts';
import type { SaleDetails } from './sale.model.ts';

interface SaleRow {
  sale_id: string;
  stock_id: string;
  version: number;
  name: string;
  state: SaleDetails['state'];
  starts_at: Date;
  ends_at: Date;
  per_shopper_limit: number;
  total: number;
  sold: number;
  gate_epoch: number;
  message: string;
  product_id: string;
  product_name: string;
  description: string;
  image_url: string;
  price_minor: number;
  currency: string;
}

const SELECT_SALE = `
  select f.id as sale_id, s.id as stock_id, f.version, f.name, f.state, f.starts_at, f.ends_at, f.per_shopper_limit,
         s.total, s.sold, s.gate_epoch, f.message, p.id as product_id, p.name as product_name, p.description, p.image_url,
         p.price_minor, p.currency
    from flash_sales f join stocks s on s.sale_id = f.id join products p on p.id = f.product_id
   where f.state <> 'draft'`;

function saleFromRow(row: SaleRow): SaleDetails {
  return {
    saleId: row.sale_id,
    stockId: row.stock_id,
    version: row.version,
    name: row.name,
    state: row.state,
    startsAtMs: row.starts_at.getTime(),
    endsAtMs: row.ends_at.getTime(),
    perShopperLimit: row.per_shopper_limit,
    total: row.total,
    message: row.message,
    product: {
      id: row.product_id,
      name: row.product_name,
      description: row.description,
      imageUrl: row.image_url,
      priceMinor: row.price_minor,
      currency: row.currency,
    },
  };
}

/** @returns null for a draft too: nobody but operators knows of it */
export async function findSale(db: Database, saleId: string): Promise<SaleDetails | null> {
  const { rows } = await db.raw<{ rows: SaleRow[] }>(`${SELECT_SALE} and f.id = ?`, [saleId]);
  return rows[0] ? saleFromRow(rows[0]) : null;
}

/** The sales a page shows, at most `most`: open ones, the newest first; then what comes next; then what ended last. */
export async function listSales(db: Database, most = 100): Promise<SaleDetails[]> {
  const { rows } = await db.raw<{ rows: SaleRow[] }>(
    `${SELECT_SALE}
      order by case when f.state = 'stopped' or f.ends_at <= now() then 2 when f.starts_at > now() then 1 else 0 end,
               case when f.starts_at > now() then f.starts_at end, f.starts_at desc, f.id
      limit ?`,
    [most],
  );
  return rows.map(saleFromRow);
}

/** The ids of all sales whose gate may know an attempt: until 24 h after their end. */
export async function listLiveSaleIds(db: Database): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select id from flash_sales where ends_at > now() - interval '24 hours' and state <> 'draft'`,
  );
  return rows.map(({ id }) => id);
}

/** The stock as PostgreSQL has it, for a sale whose gate is gone. */
export async function readStock(
  db: Database,
  saleId: string,
): Promise<{ total: number; sold: number; epoch: number } | null> {
  const row = await db<{ sale_id: string; total: number; sold: number; gate_epoch: number }>('stocks')
    .where({ sale_id: saleId })
    .first('total', 'sold', 'gate_epoch');
  return row ? { total: row.total, sold: row.sold, epoch: row.gate_epoch } : null;
}

export interface NewSale {
  productId: string;
  name: string;
  startsAt: Date;
  endsAt: Date;
  perShopperLimit: number;
  stock: number;
  /** Not published yet. */
  isDraft?: boolean;
}

/** Writes a sale, its stock and the movement that fills it, in one transaction. The gate is opened by `ensureGate`. */
export async function insertSale(db: Database, sale: NewSale): Promise<{ saleId: string; stockId: string }> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.raw<{ rows: { sale_id: string; stock_id: string }[] }>(
      `with sale as (
         insert into flash_sales (product_id, name, starts_at, ends_at, per_shopper_limit, state)
         values (?, ?, ?, ?, ?, ?)
         returning id
       )
       insert into stocks (sale_id, total) select id, ? from sale returning sale_id, id as stock_id`,
      [
        ...[sale.productId, sale.name, sale.startsAt, sale.endsAt, sale.perShopperLimit],
        ...[sale.isDraft ? 'draft' : 'active', sale.stock],
      ],
    );
    const row = rows[0];
    if (!row) throw new Error('the sale was not written');
    if (sale.stock > 0) {
      await tx('stock_movements').insert({ stock_id: row.stock_id, delta: sale.stock, cause: 'initial' });
    }
    return { saleId: row.sale_id, stockId: row.stock_id };
  });
}
