import type { LiveEventBody } from '../../contracts/live-http.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';

const MOST = 200;

/** What operators did to a sale of late, the latest first, with who they are. */
export async function listSaleActions(
  db: Database,
  saleId: string,
  lastSec: number,
): Promise<LiveEventBody[]> {
  const { rows } = await db.raw<{
    rows: { id: number; at: number; action: string; reason: string | null; by: string | null }[];
  }>(
    `select a.id, extract(epoch from a.at)::bigint as at, a.action, a.reason, coalesce(nullif(u.name, ''), u.email) as by
       from audit_log a left join users u on u.id = a.actor_id
      where a.subject = ? and a.at > now() - ? * interval '1 second'
      order by a.id desc limit ?`,
    [`sale:${saleId}`, lastSec, MOST],
  );
  return rows.map(({ id, at, action, reason, by }) => ({
    id: `audit:${id}`,
    at,
    kind: 'operator',
    action,
    ...(by === null ? {} : { by }),
    ...(reason === null ? {} : { reason }),
  }));
}
