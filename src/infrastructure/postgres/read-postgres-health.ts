import type { PostgresHealthBody } from '../../contracts/live-http.ts';
import type { Database } from './database.ts';

/** Asks PostgreSQL how it is. An ordinary role sees the number of all connections and the state of its own. */
export async function readPostgresHealth(db: Database): Promise<PostgresHealthBody> {
  const askedAt = performance.now();
  await db.raw('select 1');
  const latencyMs = Math.round((performance.now() - askedAt) * 10) / 10;
  const { rows } = await db.raw<{ rows: Omit<PostgresHealthBody, 'latencyMs'>[] }>(
    `select current_setting('server_version') as version,
            (select coalesce(sum(numbackends), 0)::int from pg_stat_database) as connections,
            current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
              - coalesce(current_setting('reserved_connections', true)::int, 0) as "mostConnections",
            count(*) filter (where application_name like 'stampede-%')::int as "ownConnections",
            count(*) filter (where application_name like 'stampede-%' and wait_event_type = 'Lock')::int
              as "waitingForLock",
            coalesce(max(extract(epoch from clock_timestamp() - xact_start) * 1000)
              filter (where application_name like 'stampede-%' and state <> 'idle'), 0)::int as "longestTransactionMs",
            current_setting('synchronous_commit') as "synchronousCommit",
            current_setting('fsync') as fsync
       from pg_stat_activity`,
  );
  if (!rows[0]) throw new Error('PostgreSQL does not tell how it is');
  return { latencyMs, ...rows[0] };
}
