import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { environmentWith } from '../../config/env.ts';
import { keepSecret } from './data-folder.ts';
import { untilAnswering, type EmbeddedService } from './embedded-service.ts';
import { findFreePort } from './ports.ts';
import { findRedisServer } from './redis-binary.ts';
import { stopOrphan } from './stop-orphan.ts';
import { spawnTethered } from './tethered-process.ts';

export interface EmbeddedRedisDeps {
  dataDir: string;
  /** Told what the server prints. */
  onLine: (line: string) => void;
  /** Told in words about the long steps: installing the server's package. */
  onProgress: (message: string) => void;
}

/**
 * Prepares the embedded Redis of this data folder: binary, password, port. Its append-only file stays in the folder.
 *
 * What an earlier, killed supervisor left running on the folder is stopped: two servers would spoil one file.
 *
 * @throws StartError in one line when there is no Redis and none can be installed
 */
export async function prepareEmbeddedRedis({
  dataDir,
  onLine,
  onProgress,
}: EmbeddedRedisDeps): Promise<EmbeddedService> {
  const { program, libraryPath } = await findRedisServer({ dataDir, onProgress });
  const { folder, pidFile, portFile, configFile } = filesOf(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const password = await keepSecret(join(dataDir, 'redis-password'));
  await stopOrphanRedis(dataDir);

  const port = await findFreePort();
  await writeFile(portFile, String(port), { mode: 0o600 });
  const url = `redis://:${password}@127.0.0.1:${port}/0`;
  // In a file: a password among the arguments is there for everybody to read.
  await writeFile(configFile, configuration({ port, password, pidFile, folder }), { mode: 0o600 });
  return {
    url,
    async start() {
      const server = await spawnTethered({
        program,
        args: [configFile],
        stopSignal: 'TERM',
        env: environmentWith(libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath }),
        cwd: folder,
        onLine,
      });
      await untilAnswering(server, () => ping(url));
      return server;
    },
  };
}

function filesOf(dataDir: string): Record<'folder' | 'pidFile' | 'portFile' | 'configFile', string> {
  const folder = join(dataDir, 'redis');
  return {
    folder,
    pidFile: join(folder, 'redis.pid'),
    portFile: join(folder, 'redis.port'),
    configFile: join(folder, 'redis.conf'),
  };
}

/** Stops a server of this data folder that an earlier supervisor left running. */
export async function stopOrphanRedis(dataDir: string): Promise<void> {
  const { pidFile, portFile } = filesOf(dataDir);
  const lastPort = (await readFile(portFile, 'utf8').catch(() => '')).trim();
  if (lastPort === '') return;
  // Redis shows `redis-server 127.0.0.1:<port>` as its command line.
  await stopOrphan({ pidFile, commandHolds: `127.0.0.1:${lastPort}`, stopSignal: 'SIGTERM' });
}

function configuration({
  port,
  password,
  pidFile,
  folder,
}: {
  port: number;
  password: string;
  pidFile: string;
  folder: string;
}): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir "${folder}"`,
    `pidfile "${pidFile}"`,
    'daemonize no',
    // What the gate promised survives a crash of Redis but for its last second; reconcile repairs that second.
    'appendonly yes',
    'appendfsync everysec',
    // The append-only file has it all: no snapshots beside it.
    'save ""',
    // A gate that forgets a promise would sell it twice: refuse writes instead.
    'maxmemory-policy noeviction',
    // A sale's million ids expire in the background: at once they would hold up every other sale for half a second.
    'lazyfree-lazy-expire yes',
    '',
  ].join('\n');
}

/** Connects once and asks once; throws when Redis is not ready to serve, as while it loads its file. */
export async function ping(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    // A timer that stays after a refused connection, two seconds by default.
    disconnectTimeout: 50,
  });
  let trouble: Error | undefined;
  redis.on('error', (error: Error) => (trouble = error));
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    // The connection's own error says more than the command's "Connection is closed".
    throw trouble ?? error;
  } finally {
    redis.disconnect();
  }
}
