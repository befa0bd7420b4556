import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** It may install everything on a busy machine, ms. */
const TIMEOUT_MS = 540_000;

export interface BuiltVersion {
  /** A checkout with its build in `dist/`, without the page. */
  folder: string;
  /** Runs one of its commands, as `npm run` would. */
  run(command: string, args: readonly string[], variables: Record<string, string>): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Builds another version of this repository in a folder of its own: with the packages that are installed here when they are
 * the ones it locks, else with its own.
 *
 * @param version  a tag or commit that git has
 */
export async function buildVersion(version: string): Promise<BuiltVersion> {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-version-'));
  const { NODE_OPTIONS: _jests, ...environment } = process.env;
  const execute = async (program: string, args: readonly string[], variables = {}): Promise<void> => {
    await promisify(execFile)(program, args, {
      cwd: folder,
      env: { ...environment, ...variables },
      timeout: TIMEOUT_MS,
    });
  };
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await execute('sh', ['-ec', 'git -C "$0" archive "$1" | tar -x', ROOT, version]);
    if (await isServedBy(folder, ROOT))
      await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    else await execute('npm', ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund']);
    const build = `
      const { ensureBuild } = await import('./scripts/lib/build.mjs');
      await ensureBuild(console.log, { withClient: false });`;
    await execute(process.execPath, ['--input-type=module', '--eval', build]);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    folder,
    run: (command, args, variables) =>
      execute(process.execPath, [`dist/src/commands/${command}.js`, ...args], variables),
    remove,
  };
}

interface Lock {
  packages: Record<string, { version?: string; dependencies?: Record<string, string> }>;
}

/** Whether all that a version's server needs is locked at the same version in another checkout. */
async function isServedBy(folder: string, other: string): Promise<boolean> {
  const [wanted, had] = await Promise.all([readLock(folder), readLock(other)]);
  const server = Object.keys(wanted.packages['']?.dependencies ?? {});
  const versionOf = ({ packages }: Lock, name: string) => packages[`node_modules/${name}`]?.version;
  return server.every((name) => versionOf(wanted, name) === versionOf(had, name));
}

async function readLock(folder: string): Promise<Lock> {
  return JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as Lock;
}
