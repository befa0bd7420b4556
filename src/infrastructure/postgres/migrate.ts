import { createDatabase, type Database } from './database.ts';
import { MigrationFiles } from './migrations.ts';

const migrationSource = new MigrationFiles();

/** Brings the database to the newest schema; repeatable, and safe beside another process that does the same. */
export async function migrate(databaseUrl: string): Promise<void> {
  const db = createDatabase({ url: databaseUrl, poolSize: 2, applicationName: 'stampede-migrate' });
  try {
    await migrateUp(db);
  } finally {
    await db.destroy();
  }
}

export async function migrateUp(db: Database): Promise<void> {
  await db.migrate.latest({ migrationSource });
}

/** Takes back every migration, newest first. */
export async function migrateDown(db: Database): Promise<void> {
  await db.migrate.rollback({ migrationSource }, true);
}

/** @returns the migrations that this version has and the database has not, by name */
export async function listPendingMigrations(db: Database): Promise<string[]> {
  // Its type says any: what is applied, and what of our source is not.
  const [, pending] = (await db.migrate.list({ migrationSource })) as [unknown, string[]];
  return pending.map((file) => migrationSource.getMigrationName(file));
}
