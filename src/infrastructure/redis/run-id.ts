import type { Redis } from 'ioredis';

/** The identity of the Redis server behind a connection; a restarted, restored or failed-over server has another. */
export interface RunId {
  /** `null` from the moment the connection breaks until the new server has named itself. */
  current(): string | null;
}

/**
 * Follows the server's `run_id` over reconnects.
 *
 * Every connect starts with `null`, so that nobody can pass an old server's id to a new server.
 */
export async function followRunId(redis: Redis): Promise<RunId> {
  let runId: string | null = null;
  const read = async (): Promise<void> => {
    const server = await redis.info('server');
    runId = /^run_id:(\w+)/m.exec(server)?.[1] ?? null;
  };
  redis.on('close', () => {
    runId = null;
  });
  redis.on('ready', () => {
    read().catch(() => redis.disconnect(true)); // a server that cannot name itself cannot be trusted with units
  });
  await read();
  return { current: () => runId };
}
