import { MIGRATIONS, migrateDown, migrateUp } from '../infrastructure/postgres/migrate.ts';
import type { Database } from '../infrastructure/postgres/database.ts';
import { usageError } from './lib/command-error.ts';
import { findServices, openDatabase } from './lib/open-services.ts';
import { runCommand, type CommandContext } from './lib/run-command.ts';

/** Brings the schema up, takes it back, or tells where it is. */
async function run({ flags, env, print }: CommandContext) {
  const [direction = 'up', ...rest] = flags.positionals;
  if (!['up', 'down', 'status'].includes(direction) || rest.length > 0) {
    throw usageError(`migrate knows up, down and status, not '${flags.positionals.join(' ')}'`);
  }
  const databaseUrl = env.databaseUrl ?? (await findServices(env)).databaseUrl;
  const db = await openDatabase(databaseUrl, { poolSize: 2 });
  try {
    if (direction === 'up') await migrateUp(db);
    else if (direction === 'down') await takeBack(db, flags.isSet('all'));
    const status = await readStatus(db);
    for (const name of status.applied) print(`applied  ${name}`);
    for (const name of status.pending) print(`pending  ${name}`);
    return { json: status };
  } finally {
    await db.destroy();
  }
}

async function takeBack(db: Database, isAll: boolean): Promise<void> {
  if (isAll) await migrateDown(db);
  else await db.migrate.down(MIGRATIONS);
}

async function readStatus(db: Database): Promise<{ applied: string[]; pending: string[] }> {
  const [applied, pending] = (await db.migrate.list(MIGRATIONS)) as [{ name: string }[], string[]];
  return {
    applied: applied.map(({ name }) => name),
    pending: pending.map((file) => MIGRATIONS.migrationSource.getMigrationName(file)),
  };
}

await runCommand({
  name: 'npm run migrate --',
  usage: ['[up]', 'down [--all]', 'status'],
  summary:
    'Brings the database to the newest schema, takes the newest migration back, or tells what is applied.',
  flags: { all: { help: 'with down: take every migration back; all rows are lost' } },
  run,
});
