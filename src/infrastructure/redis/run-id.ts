import { Cluster } from 'ioredis';
import { saleKeys } from './keys.ts';
import { findServerOf, type Redis, type Server } from './redis.ts';

/** The identity of the Redis server that has a sale's keys; a restarted, restored or failed-over server has another. */
export interface RunId {
  /** `null` from the moment the connection breaks until the new server has named itself. */
  of(saleId: string): string | null;
}

/**
 * Follows the server's `run_id` over reconnects; of a cluster, that of every server.
 *
 * Every connect starts with `null`, so that nobody can pass an old server's id to a new server. A script that is sent in the
 * turn in which `of` was asked goes to the very server it told of (`script.ts`). A replica that took over has its master's
 * gate, with its master's id in it: whoever brings the replica's own finds it closed.
 */
export async function followRunId(redis: Redis): Promise<RunId> {
  if (!(redis instanceof Cluster)) {
    const { current, read } = followServer(redis);
    await read();
    return { of: current };
  }
  const followed = new WeakMap<Server, FollowedServer>();
  const follow = (server: Server): FollowedServer => {
    const following = followServer(server);
    followed.set(server, following);
    return following;
  };
  redis.on('+node', follow);
  const servers = redis.nodes().map((server) => ({ server, following: follow(server) }));
  // One that is not connected yet names itself when it is.
  const ready = servers.filter(({ server }) => server.status === 'ready');
  await Promise.all(ready.map(({ following }) => following.read()));
  return {
    of(saleId) {
      const server = findServerOf(redis, saleKeys(saleId).gate);
      return (server && followed.get(server)?.current()) ?? null;
    },
  };
}

interface FollowedServer {
  current(): string | null;
  /** Asks now, without waiting for the next connect. */
  read(): Promise<void>;
}

function followServer(server: Server): FollowedServer {
  let runId: string | null = null;
  const read = async (): Promise<void> => {
    runId = /^run_id:(\w+)/m.exec(await server.info('server'))?.[1] ?? null;
  };
  server.on('close', () => {
    runId = null;
  });
  server.on('ready', () => {
    read().catch(() => server.disconnect(true)); // a server that cannot name itself cannot be trusted with units
  });
  return { current: () => runId, read };
}
