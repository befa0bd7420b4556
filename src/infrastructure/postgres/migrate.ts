import { createDatabase, type Database } from './database.ts';
import { MigrationFiles } from './migrations.ts';

const migrationSource = new MigrationFiles();

/**
 * A newer version's migrations may be there already, and are no trouble: the version before it still starts, on a schema that was
 * expanded (docs/upgrade.md).
 */
export const MIGRATIONS = { migrationSource, disableMigrationsListValidation: true };

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
  await db.migrate.latest(MIGRATIONS);
}

/** Takes back every migration, newest first. */
export async function migrateDown(db: Database): Promise<void> {
  await db.migrate.rollback(MIGRATIONS, true);
}

/** @returns the migrations that this version has and the database has not, by name */
export async function listPendingMigrations(db: Database): Promise<string[]> {
  // Its type says any: what is applied, and what of our source is not.
  const [, pending] = (await db.migrate.list(MIGRATIONS)) as [unknown, string[]];
  return pending.map((file) => migrationSource.getMigrationName(file));
}
