import pg from 'pg';
import { StartError } from './start-error.ts';
import { redisUrls } from '../../config/redis-urls.ts';
import { ping } from './redis.ts';

/**
 * Makes sure that the services named by the environment answer.
 *
 * @throws StartError that names the variable and says why
 */
export async function checkPostgres(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
  } catch (error) {
    throw new StartError(`DATABASE_URL does not answer: ${reasonOf(error)}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The same for Redis; of a cluster one of the servers that are named. */
export async function checkRedis(redisUrl: string): Promise<void> {
  try {
    await Promise.any(redisUrls(redisUrl).map(ping));
  } catch (error) {
    throw new StartError(`REDIS_URL does not answer: ${reasonOf(error)}`);
  }
}

/** The first line of what went wrong; a refused connection to two addresses has its reasons inside. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  const { message, code } = error as { message?: string; code?: string };
  return (message ?? code ?? String(error)).split('\n')[0] ?? '';
}
