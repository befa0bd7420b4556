import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterFolder, stopOrphanPostgres } from './postgres.ts';
import { stopOrphanRedis } from './redis.ts';

/** All that an instance makes in its data folder; anything else there is not ours to remove. */
const ours = [
  'redis',
  'logs',
  'postgres',
  'instance-id',
  'postgres-password',
  'postgres-owner-password',
  'redis-password',
  'jwt-secret',
  'demo-operator.json',
  'instance.json',
  'supervisor.lock',
];

/**
 * Removes everything a stopped instance keeps: its cluster, its Redis, its secrets, its logs.
 *
 * Servers that a killed supervisor left running are stopped first. Unpacked packages stay.
 */
export async function emptyInstance(dataDir: string): Promise<void> {
  const cluster = await clusterFolder(dataDir);
  await stopOrphanPostgres(cluster);
  await stopOrphanRedis(dataDir);
  await rm(join(cluster, '..'), { recursive: true, force: true });
  for (const name of ours) await rm(join(dataDir, name), { recursive: true, force: true });
}
