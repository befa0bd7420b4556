import type { Knex } from 'knex';
import { MigrationFiles } from './src/infrastructure/postgres/migrations.ts';

/** For knex' own command line: `DATABASE_URL=… npx tsx node_modules/.bin/knex migrate:status`. */
const config: Knex.Config = {
  client: 'pg',
  connection: process.env.DATABASE_URL ?? '',
  migrations: { migrationSource: new MigrationFiles() },
};

export default config;
