import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { createDatabase, type Database } from '../infrastructure/postgres/database.ts';
import { migrate } from '../infrastructure/postgres/migrate.ts';
import { until } from './until.ts';

const MIGRATIONS = new URL('../../migrations/', import.meta.url);

/** Held while the template is made: test files start at the same time. Tests only, so not in the registry of locks. */
const TEMPLATE_LOCK = 7_999;

export interface TestDatabase {
  url: string;
  /** Past a PgBouncer, when there is one: for what an administrator does to the server. */
  directUrl: string;
  db: Database;
  close(): Promise<void>;
}

/**
 * A migrated, empty database of its own in the cluster of `TEST_DATABASE_URL`; cloned from a template that is made
 * once per version of the migrations.
 *
 * @throws when `TEST_DATABASE_URL` is missing or does not answer
 */
export async function createTestDatabase({ poolSize = 10 } = {}): Promise<TestDatabase> {
  return cloneDatabase(await ensureTemplate(), poolSize);
}

/** A database without any table, for tests of the migrations themselves. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return cloneDatabase('template0', 2);
}

async function cloneDatabase(template: string, poolSize: number): Promise<TestDatabase> {
  const name = `stampede_test_${randomBytes(6).toString('hex')}`;
  // Refused (55006) while another session is in the template, if only for the moment in which it is made.
  await until(() => withAdmin((admin) => admin.query(`create database ${name} template ${template}`)), {
    what: 'a database is made',
    timeoutMs: 15_000,
  });
  const url = urlOf(name, process.env.TEST_THROUGH_DATABASE_URL);
  const db = createDatabase({ url, poolSize, applicationName: 'stampede-test' });
  return {
    ...{ url, directUrl: urlOf(name), db },
    async close() {
      await db.destroy();
      await withAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`));
    },
  };
}

async function ensureTemplate(): Promise<string> {
  const hash = createHash('sha1');
  for (const file of (await readdir(MIGRATIONS)).sort())
    hash.update(await readFile(new URL(file, MIGRATIONS)));
  const name = `stampede_template_${hash.digest('hex').slice(0, 12)}`;
  await withAdmin(async (admin) => {
    // A session lock, on a connection nobody else uses: `create database` refuses to run in a transaction.
    await admin.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount !== 0) return;
    // Named when it is whole: a run that dies half-way leaves no template behind that lacks tables.
    const making = `${name}_making`;
    await admin.query(`drop database if exists ${making} with (force)`);
    await admin.query(`create database ${making} template template0`);
    await migrate(urlOf(making));
    await admin.query(`alter database ${making} rename to ${name}`);
  });
  return name;
}

async function withAdmin<Result>(work: (admin: pg.Client) => Promise<Result>): Promise<Result> {
  const admin = new pg.Client({ connectionString: clusterUrl() });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

function clusterUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (!url) throw new Error('TEST_DATABASE_URL must name a PostgreSQL cluster where databases may be made');
  return url;
}

/** @param through  another way to the same cluster (PgBouncer), for what the tests themselves do */
function urlOf(database: string, through: string = clusterUrl()): string {
  const url = new URL(through);
  url.pathname = `/${database}`;
  return url.href;
}
