import knex, { type Knex } from 'knex';
import pg from 'pg';

export type Database = Knex;
export type Transaction = Knex.Transaction;

// bigint (sequences, versions, sums) as number: a sequence is epoch · 10⁹ + n, below 2⁵³ for nine million epochs.
const PARSERS = new Map<number, (text: string) => unknown>([[pg.types.builtins.INT8, Number]]);

// pg's types know the built-in types only; a server has more.
const parserOf = pg.types.getTypeParser as (oid: number, format?: string) => (text: string) => unknown;

/**
 * A pool to PostgreSQL. Nothing connects before the first query.
 *
 * @param poolSize  connections at most; the sum over all processes stays below the server's `max_connections`
 */
export function createDatabase({
  url,
  poolSize,
  applicationName,
}: {
  url: string;
  poolSize: number;
  applicationName: string;
}): Database {
  return knex({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: applicationName,
      keepAlive: true,
      types: {
        getTypeParser: (oid: number, format?: string) => PARSERS.get(oid) ?? parserOf(oid, format),
      },
    },
    pool: { min: 0, max: poolSize },
    // Whoever asked is told by the rejected query; knex would write to the console as well.
    log: {
      warn: () => undefined,
      error: () => undefined,
      debug: () => undefined,
      deprecate: () => undefined,
    },
    acquireConnectionTimeout: 5_000,
  });
}

/** An array as one binding, for `any(?::uuid[])` and `unnest(?::int[])`; knex' types know arrays of strings only. */
export function sqlArray(values: readonly (string | number | null)[]): Knex.RawBinding {
  return values as unknown as Knex.RawBinding;
}
