import type { RedisHealthBody } from '../../contracts/live-http.ts';
import { serversOf, type Redis, type Server } from './redis.ts';

/**
 * Asks Redis how it is; what it does not tell (hosted ones keep `CONFIG` to themselves) is left out. Of a cluster the worst
 * of its servers in each respect, and the memory of the one that has the least left; commands and clients of all.
 *
 * @throws while a server does not answer
 */
export async function readRedisHealth(redis: Redis): Promise<RedisHealthBody> {
  return worstOf(await Promise.all(serversOf(redis).map(readServerHealth)));
}

/** @param servers  one at least */
export function worstOf(servers: readonly RedisHealthBody[]): RedisHealthBody {
  const leftOf = ({ usedBytes, maxBytes, machineBytes = 0 }: RedisHealthBody): number =>
    (maxBytes > 0 ? maxBytes : machineBytes) - usedBytes;
  const [fullest] = [...servers].sort((a, b) => leftOf(a) - leftOf(b));
  if (!fullest) throw new Error('there is no Redis server');
  const evicting = servers.find(({ evictionPolicy }) => evictionPolicy !== 'noeviction');
  const careless = servers.find(({ appendFsync }) => appendFsync === 'no');
  const sum = (field: 'commandsPerSec' | 'clients'): number =>
    servers.reduce((total, server) => total + server[field], 0);
  return {
    ...fullest,
    latencyMs: Math.max(...servers.map(({ latencyMs }) => latencyMs)),
    ...(evicting ? { evictionPolicy: evicting.evictionPolicy } : {}),
    appendOnly: servers.every(({ appendOnly }) => appendOnly),
    ...(careless ? { appendFsync: 'no' } : {}),
    isWriteOk: servers.every(({ isWriteOk }) => isWriteOk),
    commandsPerSec: sum('commandsPerSec'),
    clients: sum('clients'),
  };
}

async function readServerHealth(redis: Server): Promise<RedisHealthBody> {
  const askedAt = performance.now();
  await redis.ping();
  const latencyMs = roundToTenth(performance.now() - askedAt);
  const [told, appendFsync] = await Promise.all([
    redis.info(),
    redis.config('GET', 'appendfsync').then(
      (answer) => (answer as string[])[1],
      () => undefined,
    ),
  ]);
  const facts = new Map(
    told.split('\r\n').flatMap((line): [string, string][] => {
      const at = line.indexOf(':');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
  const count = (name: string): number => Number(facts.get(name) ?? 0);
  const machineBytes = count('total_system_memory');
  const appendOnly = facts.get('aof_enabled') === '1';
  return {
    latencyMs,
    version: facts.get('redis_version') ?? '',
    usedBytes: count('used_memory'),
    maxBytes: count('maxmemory'),
    ...(machineBytes > 0 ? { machineBytes } : {}),
    evictionPolicy: facts.get('maxmemory_policy') ?? '',
    appendOnly,
    ...(appendFsync === undefined ? {} : { appendFsync }),
    isWriteOk: facts.get(appendOnly ? 'aof_last_write_status' : 'rdb_last_bgsave_status') === 'ok',
    commandsPerSec: count('instantaneous_ops_per_sec'),
    clients: count('connected_clients'),
  };
}

export function roundToTenth(value: number): number {
  return Math.round(value * 10) / 10;
}
