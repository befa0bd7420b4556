import pg from 'pg';
import { readInstanceFile } from '../../../src/infrastructure/embedded/instance-file.ts';
import { LOCK_NAMESPACES, stockLockKey } from '../../../src/infrastructure/postgres/advisory-lock.ts';
import type { ChaosRound, Fault, Heal } from '../fault.ts';

const nothing: Heal = () => Promise.resolve();

/** Ends every connection of the engine's processes; those of the campaign stay. */
const TERMINATE = `
  select count(pg_terminate_backend(pid))::int as ended from pg_stat_activity
   where datname = current_database() and application_name in ('stampede-api', 'stampede-worker')`;

/** From now on a share of the settle transactions is refused by the server with this SQLSTATE. */
async function refuseWrites({ db }: ChaosRound, sqlstate: string, share: number): Promise<Heal> {
  await db.raw(`
    create or replace function chaos_refuse() returns trigger language plpgsql as $$
    begin
      if random() < tg_argv[1]::float then raise exception 'chaos' using errcode = tg_argv[0]; end if;
      return null;
    end $$;
    create or replace trigger chaos_refuse before insert on purchase_attempts
      for each statement execute function chaos_refuse('${sqlstate}', '${share}')`);
  return async () => {
    await db.raw('drop function if exists chaos_refuse() cascade');
  };
}

/** A connection that nobody takes away, to change what connections there may be. */
async function openKeeper({ instance }: ChaosRound): Promise<pg.Client> {
  const file = await readInstanceFile(instance.dataDir);
  if (!file) throw new Error('the instance is gone');
  const keeper = new pg.Client({ connectionString: file.databaseUrl });
  await keeper.connect();
  return keeper;
}

/** Long enough that the server must have looked for a deadlock (`deadlock_timeout`, 1 s), ms. */
const LOOKED_FOR_DEADLOCK_MS = 900;

/**
 * Locks the row first and asks for the stock's lock then: the other way round than a worker, which waits for the row.
 *
 * @returns whether the two stood in each other's way until the server ended one of them
 */
async function deadlock({ db, sale, pause }: ChaosRound): Promise<boolean> {
  const startedAt = performance.now();
  const isVictim = await db
    .transaction(async (tx) => {
      await tx.raw('select 1 from stocks where id = ? for update', [sale.stockId]);
      await pause(400); // the worker waits longer, and is who notices
      await tx.raw('select pg_advisory_xact_lock(?, ?)', [LOCK_NAMESPACES.stock, stockLockKey(sale.stockId)]);
    })
    .then(
      () => false,
      () => true,
    );
  return isVictim || performance.now() - startedAt > LOOKED_FOR_DEADLOCK_MS;
}

export const POSTGRES_FAULTS: readonly Fault[] = [
  {
    name: 'postgres-restarted',
    group: 'postgres',
    expected: 'accepted attempts wait; jobs are tried again until it is back; nothing half-written',
    async begin({ instance }) {
      const pids = await instance.pids('postgres');
      pids.forEach((pid) => instance.signal(pid, 'SIGQUIT')); // an immediate stop: no checkpoint, recovery at the start
      return () => instance.untilBack('postgres', pids);
    },
  },
  {
    name: 'postgres-backends-terminated',
    group: 'postgres',
    expected: 'every transaction under way is rolled back and repeated',
    async begin({ db, random, pause, note }) {
      for (let times = random.between(2, 5); times > 0; times -= 1) {
        const { rows } = await db.raw<{ rows: { ended: number }[] }>(TERMINATE);
        note(`${rows[0]?.ended ?? 0} back ends terminated`);
        await pause(random.between(50, 500));
      }
      return nothing;
    },
  },
  {
    name: 'postgres-out-of-connections',
    group: 'postgres',
    expected: 'nothing is settled and new sales are not found: 503; the gate goes on from what it knows',
    async begin(round) {
      const keeper = await openKeeper(round);
      const limit = async (most: number): Promise<void> => {
        await keeper.query(`do $$ begin
          execute format('alter database %I connection limit ${most}', current_database()); end $$`);
      };
      await limit(1);
      await keeper.query(TERMINATE);
      return async () => {
        await limit(-1);
        await keeper.end();
      };
    },
  },
  {
    name: 'stock-locked-past-its-time-out',
    group: 'postgres',
    expected: 'settle gives up after 3 s (lock_timeout) and tries again; other sales go on',
    async begin({ db, sale, pause, random }) {
      await db.transaction(async (tx) => {
        await tx.raw('select pg_advisory_xact_lock(?, ?)', [
          LOCK_NAMESPACES.stock,
          stockLockKey(sale.stockId),
        ]);
        await pause(random.between(3_100, 3_600));
      });
      return nothing;
    },
  },
  {
    name: 'serialization-failures',
    group: 'postgres',
    expected: 'the transaction is tried again until it goes through (40001)',
    begin: (round) => refuseWrites(round, '40001', 0.7),
  },
  {
    name: 'deadlocks',
    group: 'postgres',
    expected: 'one of the two is rolled back by the server (40P01) and tried again',
    async begin(round) {
      let seen = 0;
      for (let times = 0; times < 4 && seen < 2; times += 1) if (await deadlock(round)) seen += 1;
      round.note(`${seen} deadlocks`);
      return nothing;
    },
  },
  {
    name: 'disk-full',
    group: 'postgres',
    expected: 'nothing is settled (53100); accepted attempts wait; all are settled when there is room',
    begin: (round) => refuseWrites(round, '53100', 1),
  },
  {
    name: 'commit-answer-lost',
    group: 'postgres',
    expected: 'committed and the worker does not know: the job runs again and finds its outcomes',
    async begin({ arm, until, pause, proxies, note }) {
      const line = proxies['worker-postgres'];
      const trap = await arm('worker.before-commit', { act: 'wait', ms: 400 });
      await until(trap.hasHit, 'a worker is about to commit', 4_000).catch(() => note('nobody came by'));
      await trap.disarm();
      line.set({ kind: 'hold', way: 'to-client' }); // the commit arrives, its answer does not
      await pause(600);
      line.set({ kind: 'cut' });
      return async () => line.heal();
    },
  },
];
