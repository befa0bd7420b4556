import { expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from '../../src/testing/test-database.ts';

it('what these tests go through lends a connection for one transaction: a session lock of one is anybody’s', async () => {
  expect(process.env.TEST_THROUGH_DATABASE_URL).toBeDefined();
  const database = await createTestDatabase();
  const clients = [1, 2].map(() => new pg.Client({ connectionString: database.url }));
  try {
    for (const client of clients) {
      await client.connect();
      const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock(1) as locked');
      // With sessions of their own the second one would be refused.
      expect(rows[0]?.locked).toBe(true);
    }
  } finally {
    await Promise.all(clients.map((client) => client.end()));
    await database.close();
  }
});
