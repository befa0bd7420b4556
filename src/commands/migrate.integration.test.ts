import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommandLine } from '../testing/run-command.ts';
import { createEmptyDatabase, type TestDatabase } from '../testing/test-database.ts';

describe('migrate', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createEmptyDatabase();
  });
  afterAll(() => database.close());

  const migrate = (...args: string[]) => runCommandLine('migrate', args, { DATABASE_URL: database.url });
  const tables = async (): Promise<string[]> => {
    const { rows } = await database.db.raw<{ rows: { name: string }[] }>(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'knex%'`,
    );
    return rows.map(({ name }) => name);
  };

  it('goes up, tells where it is, goes down to nothing, and up again', async () => {
    expect((await migrate('status', '--json')).json()).toMatchObject({ applied: [] });
    expect((await migrate('up', '--json')).json()).toMatchObject({ pending: [] });
    expect(await tables()).toContain('orders');
    expect((await migrate('down', '--all')).exitCode).toBe(0);
    expect(await tables()).toEqual([]);
    expect((await migrate()).stdout).toMatch(/^applied {2}\d+_initial$/m);
    expect((await migrate('down')).exitCode).toBe(0);
    expect((await migrate('up')).exitCode).toBe(0);
  });

  it('leaves what a newer version added where it is, so that the version before it still starts', async () => {
    const newer = { name: '99991231000000_of_a_newer_version', batch: 99, migration_time: new Date() };
    await database.db('knex_migrations').insert(newer);
    expect(await migrate('up')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await database.db('knex_migrations').where({ name: newer.name }).del()).toBe(1);
  });

  it('says what it knows when asked for something else, with exit code 2', async () => {
    const { exitCode, stderr } = await migrate('sideways');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: "migrate knows up, down and status, not 'sideways' (see: npm run migrate -- --help)\n",
    });
  });

  it('says in one line that PostgreSQL does not answer, with exit code 1', async () => {
    const { exitCode, stderr } = await runCommandLine('migrate', [], {
      DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:9/nothing',
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^PostgreSQL at 127\.0\.0\.1:9 does not answer: .*\n$/);
    expect(stderr).not.toContain('secret');
  });

  it('says how to get an instance when none runs', async () => {
    const { exitCode, stderr } = await runCommandLine('migrate', [], { DATA_DIR: '/nowhere' });
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      'No instance runs on /nowhere: start one with npm start, or set DATABASE_URL and REDIS_URL.\n',
    );
  });
});
