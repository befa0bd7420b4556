import type { Database } from '../../infrastructure/postgres/database.ts';

export interface MeasuredStock {
  saleId: string;
  total: number;
  sold: number;
}

/** So many sales have series of their own, the latest opened first: a label must not grow with the shop's history. */
const MOST_SALES = 20;

/** Sales that are open or were within the last hour, with their stock as PostgreSQL has it. */
export async function listMeasuredStocks(db: Database): Promise<MeasuredStock[]> {
  const { rows } = await db.raw<{ rows: MeasuredStock[] }>(
    `select f.id as "saleId", s.total, s.sold
       from flash_sales f join stocks s on s.sale_id = f.id
      where f.state <> 'draft' and f.starts_at <= now() and f.ends_at > now() - interval '1 hour'
      order by f.starts_at desc, f.id limit ?`,
    [MOST_SALES],
  );
  return rows;
}
