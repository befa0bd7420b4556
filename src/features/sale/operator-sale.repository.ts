import type { Database, Transaction } from '../../infrastructure/postgres/database.ts';
import type { PageRequest } from '../../utils/page-cursor.ts';
import type { OperatorSale } from './operator-sale.model.ts';

/** What an edit may change. */
export interface SaleEdit {
  productId?: string;
  name?: string;
  startsAt?: Date;
  endsAt?: Date;
  perShopperLimit?: number;
}

export interface SaleFilter {
  /** Part of the name, whatever its case. */
  name?: string;
  state?: OperatorSale['state'];
  /** Where it is in its window, whatever its state. */
  when?: 'upcoming' | 'running' | 'over';
  productId?: string;
}

interface OperatorSaleRow {
  id: string;
  stock_id: string;
  product_id: string;
  name: string;
  state: OperatorSale['state'];
  starts_at: Date;
  ends_at: Date;
  per_shopper_limit: number;
  total: number;
  sold: number;
  message: string;
  version: number;
  created_at_micros: number;
  updated_at: Date;
}

const SELECT_SALE = `
  select f.id, s.id as stock_id, f.product_id, f.name, f.state, f.starts_at, f.ends_at, f.per_shopper_limit, s.total,
         s.sold, f.message, f.version, f.updated_at, (extract(epoch from f.created_at) * 1000000)::bigint as created_at_micros
    from flash_sales f join stocks s on s.sale_id = f.id`;

export async function findOperatorSale(db: Database, id: string): Promise<OperatorSale | null> {
  const { rows } = await db.raw<{ rows: OperatorSaleRow[] }>(`${SELECT_SALE} where f.id = ?`, [id]);
  return rows[0] ? toSale(rows[0]) : null;
}

/** The same, locked until the transaction ends. Orders that are settled meanwhile do not wait for it. */
export async function lockOperatorSale(tx: Transaction, id: string): Promise<OperatorSale | null> {
  const { rows } = await tx.raw<{ rows: OperatorSaleRow[] }>(
    `${SELECT_SALE} where f.id = ? for no key update of f`,
    [id],
  );
  return rows[0] ? toSale(rows[0]) : null;
}

/** Newest first, from after the cursor; one more than the page. */
export async function listOperatorSales(
  db: Database,
  { limit, cursor, name, state, when, productId, nowMs }: PageRequest & SaleFilter & { nowMs: number },
): Promise<OperatorSale[]> {
  const { rows } = await db.raw<{ rows: OperatorSaleRow[] }>(
    `${SELECT_SALE}
      where (:name::text is null or position(lower(:name) in lower(f.name)) > 0)
        and (:state::text is null or f.state = :state) and (:productId::uuid is null or f.product_id = :productId)
        and case :when::text when 'upcoming' then f.starts_at > :now::timestamptz
                             when 'running' then f.starts_at <= :now::timestamptz and f.ends_at > :now::timestamptz
                             when 'over' then f.ends_at <= :now::timestamptz else true end
        and (:id::uuid is null or (f.created_at, f.id) < ('epoch'::timestamptz + :micros * interval '1 microsecond', :id::uuid))
      order by f.created_at desc, f.id desc limit :most`,
    {
      ...{ name: name ?? null, state: state ?? null, when: when ?? null, productId: productId ?? null },
      ...{ now: new Date(nowMs), id: cursor?.id ?? null, micros: cursor?.createdAtMicros ?? 0 },
      most: limit + 1,
    },
  );
  return rows.map(toSale);
}

/** Writes an edit, `active` for a draft that is published, or a message, and raises the version. The row is locked. */
export async function updateSale(
  tx: Transaction,
  { id, version }: Pick<OperatorSale, 'id' | 'version'>,
  {
    productId,
    name,
    startsAt,
    endsAt,
    perShopperLimit,
    ...rest
  }: SaleEdit & { state?: 'active'; message?: string },
): Promise<OperatorSale> {
  const columns = {
    ...{ product_id: productId, name, starts_at: startsAt, ends_at: endsAt },
    ...{ per_shopper_limit: perShopperLimit, ...rest },
  };
  const given = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
  const count = await tx('flash_sales')
    .where({ id, version })
    .update({ ...given, version: version + 1, updated_at: tx.fn.now() });
  const sale = await findOperatorSale(tx, id);
  if (count !== 1 || !sale) throw new Error(`sale ${id} changed under its lock`);
  return sale;
}

function toSale(row: OperatorSaleRow): OperatorSale {
  return {
    id: row.id,
    stockId: row.stock_id,
    productId: row.product_id,
    name: row.name,
    state: row.state,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    perShopperLimit: row.per_shopper_limit,
    total: row.total,
    sold: row.sold,
    message: row.message,
    version: row.version,
    createdAtMicros: row.created_at_micros,
    updatedAt: row.updated_at,
  };
}
