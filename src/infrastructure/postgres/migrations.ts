import { readdir } from 'node:fs/promises';
import type { Knex } from 'knex';

/**
 * The files of `migrations/`, named without their ending: the same database is migrated from `.ts` (tests, knex's own
 * command line) and from the built `.js`, and knex compares names.
 */
export class MigrationFiles implements Knex.MigrationSource<string> {
  readonly #folder = new URL('../../../migrations/', import.meta.url);

  async getMigrations(): Promise<string[]> {
    const files = await readdir(this.#folder);
    return files.filter((file) => /\.(ts|js)$/.test(file)).sort();
  }

  getMigrationName(file: string): string {
    return file.replace(/\.(ts|js)$/, '');
  }

  async getMigration(file: string): Promise<Knex.Migration> {
    return (await import(new URL(file, this.#folder).href)) as Knex.Migration;
  }
}
