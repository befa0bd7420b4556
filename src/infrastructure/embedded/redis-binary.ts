import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { installRedisPackage, unpackRedisPackage } from './redis-packages.ts';
import { StartError } from './start-error.ts';

const run = promisify(execFile);

export interface RedisServer {
  program: string;
  /** Where its shared libraries lie, when they are not the system's. */
  libraryPath?: string | undefined;
}

/**
 * Finds a Redis server: on the path, else from the system's packages.
 *
 * As root the package is installed; as a normal user its files are unpacked into `dataDir`.
 *
 * @throws StartError that says what to install when none of it works
 */
export async function findRedisServer({
  dataDir,
  onProgress,
}: {
  dataDir: string;
  onProgress: (message: string) => void;
}): Promise<RedisServer> {
  const onPath = await findOnPath();
  if (onPath !== undefined) return { program: onPath };
  if (await hasAptGet()) {
    if (process.getuid?.() === 0) {
      await installRedisPackage({ onProgress }).catch((error: unknown) => reportAndGoOn(error, onProgress));
      const installed = await findOnPath();
      if (installed !== undefined) return { program: installed };
    }
    const unpacked = await unpackRedisPackage({ dataDir, onProgress }).catch((error: unknown) =>
      reportAndGoOn(error, onProgress),
    );
    if (unpacked) return unpacked;
  }
  throw new StartError(
    'No Redis here and none could be installed: install redis-server (or valkey-server) so that it is on the path, ' +
      'or set REDIS_URL.',
  );
}

async function findOnPath(): Promise<string | undefined> {
  // The shell knows the path; what is found must also run (a broken library, another platform).
  for (const name of ['redis-server', 'valkey-server']) {
    const found = await run('sh', ['-c', `command -v ${name}`]).catch(() => undefined);
    const program = found?.stdout.trim();
    if (!program) continue;
    if (await run(program, ['--version']).catch(() => undefined)) return program;
  }
  return undefined;
}

async function hasAptGet(): Promise<boolean> {
  return run('sh', ['-c', 'command -v apt-get && command -v dpkg']).then(
    () => true,
    () => false,
  );
}

function reportAndGoOn(error: unknown, onProgress: (message: string) => void): undefined {
  onProgress(`That did not work: ${(error as Error).message.trim().split('\n').at(-1) ?? ''}`);
}
