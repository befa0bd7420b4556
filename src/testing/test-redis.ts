import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../infrastructure/embedded/ports.ts';
import { silentLogger } from '../infrastructure/logging/logger.ts';
import { connectRedis } from '../infrastructure/redis/connect-redis.ts';
import type { Redis } from '../infrastructure/redis/redis.ts';
import { until } from './until.ts';

export interface TestRedis {
  url: string;
  port: number;
  /** A connection of role `store`; it comes back by itself after a restart. */
  redis: Redis;
  /** Ends the server in order: what it holds is on disk when it was started with `appendOnly`. */
  stop(): Promise<void>;
  /** Starts the server again on the same port (ends it first), and waits until `redis` answers. */
  restart(options: { keepStore: boolean }): Promise<void>;
  /** Ends the server as `kill -9` does. */
  kill(): Promise<void>;
  /** Ends connection and server and removes the folder. */
  close(): Promise<void>;
}

/**
 * A Redis server of its own on a free port in a folder of its own: FLUSHALL and restarts disturb no other test.
 *
 * @param appendOnly  write the append-only file with every command (default: nothing is kept)
 * @throws when the binary (`TEST_REDIS_SERVER`, else `redis-server` on the path) does not start
 */
export async function startTestRedis({ appendOnly = false } = {}): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-redis-'));
  const port = await findFreePort();
  const url = `redis://127.0.0.1:${port}`;
  const args = ['--appendonly', appendOnly ? 'yes' : 'no', '--appendfsync', 'always'];
  let server = await startRedisServer(folder, port, args);
  const endWithTests = (): void => void server.kill('SIGKILL');
  process.once('exit', endWithTests);
  const redis = await connectRedis(url, 'store', { logger: silentLogger });

  const end = (signal: NodeJS.Signals): Promise<void> => endRedisServer(server, signal);
  return {
    url,
    port,
    redis,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async restart({ keepStore }) {
      await end('SIGTERM');
      if (!keepStore) {
        for (const file of await readdir(folder)) await rm(join(folder, file), { recursive: true });
      }
      server = await startRedisServer(folder, port, args);
      await until(() => redis.ping(), { what: 'the restarted Redis answers' });
    },
    async close() {
      redis.disconnect();
      await end('SIGKILL');
      process.off('exit', endWithTests);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts the binary in a folder with these arguments besides, and waits until it takes connections. */
export async function startRedisServer(
  folder: string,
  port: number,
  args: readonly string[],
): Promise<ChildProcess> {
  const server = spawn(
    process.env.TEST_REDIS_SERVER ?? 'redis-server',
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
      ...['--maxmemory-policy', 'noeviction', ...args],
    ],
    // Not this process's stderr: whoever reads that to its end would wait for the server too.
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  await new Promise<void>((resolve, reject) => {
    let said = '';
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${String(code)}:\n${said}`)));
    server.stdout.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000);
      if (said.includes('Ready to accept connections')) resolve();
    });
  });
  // A test that fails before it closes the server must not keep the test run from ending.
  server.unref();
  (server.stdout as unknown as { unref(): void }).unref(); // a pipe is a socket
  return server;
}

/** Ends a server and waits until it has ended. */
export async function endRedisServer(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.ref(); // its end is waited for
  const exited = once(server, 'exit');
  server.kill(signal);
  await exited;
}
