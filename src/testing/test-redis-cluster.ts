import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis as Connection } from 'ioredis';
import { findFreePort } from '../infrastructure/embedded/ports.ts';
import { silentLogger } from '../infrastructure/logging/logger.ts';
import { connectRedis } from '../infrastructure/redis/connect-redis.ts';
import { keySlot } from '../infrastructure/redis/key-slot.ts';
import { serversOf, type Redis } from '../infrastructure/redis/redis.ts';
import { endRedisServer, startRedisServer, type TestRedis } from './test-redis.ts';
import { until } from './until.ts';

const SLOTS = 16_384;
const MASTERS = 3;
/** After so long without an answer a master with replicas is taken for dead, ms; Redis' own would make a test wait. */
const FAILOVER_AFTER_MS = 1_500;
/** Redis' own: where nobody takes over, a busy machine's pause is not to be taken for a death. */
const NODE_TIMEOUT_MS = 15_000;

export interface TestRedisCluster {
  /** Names its masters, as `REDIS_URL` does. */
  url: string;
  /** A connection of role `store`. */
  redis: Redis;
  /** Which of the masters it began with has the key. */
  masterOf(key: string): number;
  /** Ends a master as `kill -9` does, or stops it as a machine that hangs (`SIGSTOP`). */
  end(master: number, signal: 'SIGKILL' | 'SIGSTOP'): Promise<void>;
  /** Ends connections and servers and removes their folders. */
  close(): Promise<void>;
}

interface Member {
  port: number;
  busPort: number;
  server: ChildProcess;
  connection: Connection;
}

/**
 * A Redis Cluster of three masters on free ports, a third of the slots each.
 *
 * @param replicas  of each master: one that follows takes over when it dies
 */
export async function startTestRedisCluster({ replicas = 0 } = {}): Promise<TestRedisCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-cluster-'));
  const members: Member[] = [];
  const close = async (): Promise<void> => {
    for (const { connection } of members) connection.disconnect();
    await Promise.all(members.map(({ server }) => endRedisServer(server, 'SIGKILL')));
    process.off('exit', endWithTests);
    await rm(folder, { recursive: true, force: true });
  };
  const endWithTests = (): void => members.forEach(({ server }) => server.kill('SIGKILL'));
  process.once('exit', endWithTests);
  try {
    for (let number = 0; number < MASTERS * (1 + replicas); number += 1)
      members.push(
        await startMember(join(folder, String(number)), replicas > 0 ? FAILOVER_AFTER_MS : NODE_TIMEOUT_MS),
      );
    await joinAll(members);
    const url = members
      .slice(0, MASTERS)
      .map(({ port }) => `redis://127.0.0.1:${port}`)
      .join(',');
    const redis = await connectRedis(url, 'store', { logger: silentLogger, connectTimeoutMs: 20_000 });
    return {
      url,
      redis,
      masterOf: (key) => Math.floor((keySlot(key) * MASTERS) / SLOTS),
      async end(master, signal) {
        const { server } = members[master]!;
        if (signal === 'SIGSTOP') server.kill(signal);
        else await endRedisServer(server, signal);
      },
      async close() {
        redis.disconnect();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The same for tests that mean one Redis; none that ends or restarts it. FLUSHALL and KEYS are of every server. */
export async function startTestRedisOnCluster(): Promise<TestRedis> {
  const { url, redis, close } = await startTestRedisCluster();
  Object.assign(redis, {
    flushall: () => Promise.all(serversOf(redis).map((server) => server.flushall())),
    keys: async (pattern: string) =>
      (await Promise.all(serversOf(redis).map((server) => server.keys(pattern)))).flat(),
  });
  const notOfAll = () => Promise.reject(new Error('a cluster is not ended or restarted as one server is'));
  const port = Number(new URL(url.split(',')[0] ?? '').port);
  return { url, port, redis, stop: notOfAll, restart: notOfAll, kill: notOfAll, close };
}

async function startMember(folder: string, nodeTimeoutMs: number): Promise<Member> {
  await mkdir(folder);
  const [port, busPort] = [await findFreePort(), await findFreePort()];
  const server = await startRedisServer(folder, port, [
    ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-config-file', 'nodes.conf'],
    // Else it learns its address when another first speaks to it, and till then leaves itself out of its table of slots.
    ...['--cluster-announce-ip', '127.0.0.1'],
    ...['--cluster-node-timeout', String(nodeTimeoutMs), '--cluster-require-full-coverage', 'no'],
    ...['--appendonly', 'yes', '--repl-diskless-sync-delay', '0'],
  ]);
  const connection = new Connection(port, '127.0.0.1');
  connection.on('error', () => undefined); // of those that a test ends
  return { port, busPort, server, connection };
}

/** Gives the masters their slots, has all meet, and each further member follow one of the masters. */
async function joinAll(members: readonly Member[]): Promise<void> {
  const ask = (member: Member, ...words: (string | number)[]): Promise<unknown> =>
    member.connection.call('CLUSTER', ...words);
  const masters = members.slice(0, MASTERS);
  for (const [index, master] of masters.entries()) {
    const starts = (at: number): number => Math.ceil((at * SLOTS) / MASTERS);
    await ask(master, 'ADDSLOTSRANGE', starts(index), starts(index + 1) - 1);
    await ask(master, 'SET-CONFIG-EPOCH', index + 1);
  }
  const [first, ...others] = members as [Member, ...Member[]];
  for (const { port, busPort } of others) await ask(first, 'MEET', '127.0.0.1', port, busPort);
  const isJoined = async (member: Member): Promise<boolean> => {
    const told = String(await ask(member, 'INFO'));
    return told.includes('cluster_state:ok') && told.includes(`cluster_known_nodes:${members.length}\r`);
  };
  const areAll = async (is: (member: Member) => Promise<boolean>, those: readonly Member[]) =>
    (await Promise.all(those.map(is))).every(Boolean);
  await until(() => areAll(isJoined, members), { what: 'the cluster stands', timeoutMs: 30_000 });
  const replicas = members.slice(MASTERS);
  for (const [index, replica] of replicas.entries())
    await ask(replica, 'REPLICATE', String(await ask(masters[index % MASTERS]!, 'MYID')));
  const isFollowing = async ({ connection }: Member): Promise<boolean> =>
    (await connection.info('replication')).includes('master_link_status:up');
  await until(() => areAll(isFollowing, replicas), { what: 'the replicas follow', timeoutMs: 30_000 });
  const knowsAll = async (member: Member): Promise<boolean> =>
    ((await ask(member, 'SLOTS')) as unknown[][]).every(
      (range) => range.length === members.length / MASTERS + 2,
    );
  await until(() => areAll(knowsAll, members), { what: 'everybody knows every replica', timeoutMs: 30_000 });
}
