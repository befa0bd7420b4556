import type { Database } from '../../infrastructure/postgres/database.ts';

/** What reconcile compares a sale's gate with. */
export interface SaleTruth {
  saleId: string;
  stockId: string;
  state: 'active' | 'paused' | 'stopped';
  startsAtMs: number;
  endsAtMs: number;
  perShopperLimit: number;
  total: number;
  epoch: number;
  lastSequence: number;
  /** Orders were cancelled whose shoppers may not know yet. */
  hasUntold: boolean;
}

/** Every sale whose gate is kept, or only this one of them: until 24 h after its end; open ones first. */
export async function readSalesWithGates(db: Database, saleId?: string): Promise<SaleTruth[]> {
  const { rows } = await db.raw<{
    rows: {
      sale_id: string;
      stock_id: string;
      state: SaleTruth['state'];
      starts_at: Date;
      ends_at: Date;
      per_shopper_limit: number;
      total: number;
      gate_epoch: number;
      last: number | null;
      has_untold: boolean;
    }[];
  }>(
    `select f.id as sale_id, s.id as stock_id, f.state, f.starts_at, f.ends_at, f.per_shopper_limit, s.total,
            s.gate_epoch, (select max(sequence) from purchase_attempts where sale_id = f.id) as last,
            exists (select 1 from orders o where o.sale_id = f.id and o.cancelled_at is not null
                     and o.cancellation_told_at is null) as has_untold
       from flash_sales f join stocks s on s.sale_id = f.id
      where f.ends_at > now() - interval '24 hours' and f.state <> 'draft'
        and (:saleId::uuid is null or f.id = :saleId)
      order by (f.starts_at <= now() and f.ends_at > now()) desc, f.starts_at`,
    { saleId: saleId ?? null },
  );
  return rows.map((row) => ({
    saleId: row.sale_id,
    stockId: row.stock_id,
    state: row.state,
    startsAtMs: row.starts_at.getTime(),
    endsAtMs: row.ends_at.getTime(),
    perShopperLimit: row.per_shopper_limit,
    total: row.total,
    epoch: row.gate_epoch,
    lastSequence: row.last ?? 0,
    hasUntold: row.has_untold,
  }));
}

/**
 * What PostgreSQL says of a measured gate, in one statement and so at one instant.
 *
 * @param lastSequence  the gate's last sequence when it was measured; orders after it are none of its business
 * @param changeIds  operators' changes whose units the gate holds
 * @returns units sold up to it, which of the attempts in flight are confirmed and which of the changes are made already
 */
export async function readSoldUpTo(
  db: Database,
  stockId: string,
  lastSequence: number,
  inflightIds: readonly string[],
  changeIds: readonly string[],
): Promise<{ total: number; soldUnits: number; confirmedIds: Set<string>; madeIds: Set<string> }> {
  const { rows } = await db.raw<{
    rows: { total: number; sold: number; confirmed_ids: string[]; made_ids: string[] }[];
  }>(
    `select s.total,
            s.sold - (select coalesce(sum(a.quantity), 0)::int
                        from purchase_attempts a join orders o on o.attempt_id = a.id
                       where a.sale_id = s.sale_id and a.sequence > ? and o.status = 'confirmed') as sold,
            (select coalesce(array_agg(id::text), '{}')
               from purchase_attempts where id = any(?::uuid[]) and outcome = 'confirmed') as confirmed_ids,
            (select coalesce(array_agg(change_id::text), '{}')
               from stock_movements where change_id = any(?::uuid[])) as made_ids
       from stocks s where s.id = ?`,
    [lastSequence, inflightIds as string[], changeIds as string[], stockId],
  );
  const row = rows[0];
  if (!row) throw new Error(`there is no stock ${stockId}`);
  return {
    total: row.total,
    soldUnits: row.sold,
    confirmedIds: new Set(row.confirmed_ids),
    madeIds: new Set(row.made_ids),
  };
}

/**
 * Takes or renews the lease of the reconcile leader. Two leaders would do no harm: every repair is fenced by itself.
 *
 * @returns whether `holder` leads until `forMs` from now
 */
export async function takeLease(db: Database, name: string, holder: string, forMs: number): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `insert into leases (name, holder, expires_at) values (?, ?, now() + ? * interval '1 millisecond')
     on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at
       where leases.holder = excluded.holder or leases.expires_at < now()
     returning name`,
    [name, holder, forMs],
  );
  return rows.length === 1;
}

export async function dropLease(db: Database, name: string, holder: string): Promise<void> {
  await db('leases').where({ name, holder }).del();
}
