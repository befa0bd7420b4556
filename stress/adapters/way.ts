import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Server, type ServerOptions } from 'socket.io';
import { parseOutcomesMessage } from '../../src/features/purchase/announce.ts';
import { parseDecided, presentDecided, shopperOf } from '../../src/features/purchase/purchase.model.ts';
import { CHANNELS } from '../../src/infrastructure/redis/keys.ts';
import { shortId } from '../../src/utils/short-id.ts';

/** How outcomes get from a worker to the process that has a shopper's socket. */
export const WAYS = ['ours', 'redis', 'sharded', 'streams'] as const;
export type Way = (typeof WAYS)[number];

export interface Outcome {
  attemptId: string;
  /** As Redis keeps it. */
  record: string;
}

export interface WayDeps {
  way: Way;
  redisUrl: string;
  /** A folder whose `node_modules` have the adapters. */
  packages: string;
}

type MakeAdapter = ServerOptions['adapter'];

/** Socket.IO's own adapters, as their documentation sets them up; none for ours. */
function makeAdapter({ way, redisUrl, packages }: WayDeps): MakeAdapter | undefined {
  if (way === 'ours') return undefined;
  const require = createRequire(join(packages, 'package.json'));
  const [publisher, subscriber] = [new Redis(redisUrl), new Redis(redisUrl)];
  if (way === 'streams') {
    const streams = require('@socket.io/redis-streams-adapter') as {
      createAdapter: (redis: Redis) => MakeAdapter;
    };
    return streams.createAdapter(publisher);
  }
  const classic = require('@socket.io/redis-adapter') as Record<
    'createAdapter' | 'createShardedAdapter',
    (publish: Redis, subscribe: Redis, options?: object) => MakeAdapter
  >;
  return way === 'redis'
    ? classic.createAdapter(publisher, subscriber)
    : // A channel for each room: only the process that has the shopper's socket hears of the outcome.
      classic.createShardedAdapter(publisher, subscriber, { subscriptionMode: 'dynamic' });
}

/** Serves sockets whose token is their shopper's id, on a free port, and sends them what they are to hear. */
export async function serveSockets(deps: WayDeps): Promise<Server> {
  const adapter = makeAdapter(deps);
  const io = new Server({ transports: ['websocket'], ...(adapter ? { adapter } : {}) });
  io.on('connection', (socket) => void socket.join(`user:${String(socket.handshake.auth.token)}`));
  if (deps.way === 'ours') {
    const redis = new Redis(deps.redisUrl);
    await redis.subscribe(CHANNELS.outcomes);
    redis.on('message', (_channel, message: string) => {
      const { saleId, outcomes } = parseOutcomesMessage(message);
      for (const { attemptId, record } of outcomes) {
        const room = `user:${shopperOf(record)}`;
        if (!io.sockets.adapter.rooms.has(room)) continue;
        io.to(room).emit('purchase:outcome', presentDecided(saleId, parseDecided(attemptId, record)));
      }
    });
  }
  return io;
}

/** Makes what a worker announces a transaction with. */
export function createTell(deps: WayDeps): (saleId: string, outcomes: readonly Outcome[]) => Promise<void> {
  if (deps.way === 'ours') {
    const redis = new Redis(deps.redisUrl);
    return async (saleId, outcomes) => {
      const lines = outcomes.map(({ attemptId, record }) => `${shortId(attemptId)}|${record}`);
      await redis.publish(CHANNELS.outcomes, [saleId, ...lines].join('\n'));
    };
  }
  const adapter = makeAdapter(deps);
  const io = new Server(adapter ? { adapter } : {});
  return async (saleId, outcomes) => {
    for (const { attemptId, record } of outcomes) {
      const body = presentDecided(saleId, parseDecided(attemptId, record));
      io.to(`user:${shopperOf(record)}`).emit('purchase:outcome', body);
    }
    await new Promise((resolve) => setImmediate(resolve)); // its messages go out
  };
}
