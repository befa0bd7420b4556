import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environmentWith } from '../../config/env.ts';
import type { RedisServer } from './redis-binary.ts';

const aptTimeoutMs = 300_000;
const policyFile = '/usr/sbin/policy-rc.d';

type OnProgress = (message: string) => void;

async function run(program: string, args: string[], cwd?: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, {
    env: environmentWith({ DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }),
    timeout: aptTimeoutMs,
    maxBuffer: 64_000_000,
    ...(cwd === undefined ? {} : { cwd }),
  });
  return stdout;
}

/** Installs the system's Redis package as root, without its system service running or starting with the machine. */
export async function installRedisPackage({ onProgress }: { onProgress: OnProgress }): Promise<void> {
  onProgress('Installing redis-server with apt-get');
  await run('apt-get', ['update']);
  const isOurs = await forbidServiceStarts();
  try {
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server']);
  } finally {
    if (isOurs) await rm(policyFile, { force: true });
  }
  await run('systemctl', ['disable', '--now', 'redis-server']).catch(() => undefined);
}

/** Debian asks this file before it starts a service of a package it installs; 101 means no. False when there is one. */
async function forbidServiceStarts(): Promise<boolean> {
  return writeFile(policyFile, '#!/bin/sh\nexit 101\n', { flag: 'wx', mode: 0o755 }).then(
    () => true,
    () => false,
  );
}

/**
 * Unpacks the system's Redis package and what it needs into `dataDir`, for a user who may not install it.
 *
 * apt keeps its lists in folders of ours, so that it needs no rights and changes nothing on the system.
 */
export async function unpackRedisPackage({
  dataDir,
  onProgress,
}: {
  dataDir: string;
  onProgress: OnProgress;
}): Promise<RedisServer | undefined> {
  const folder = join(dataDir, 'redis-package');
  const root = join(folder, 'root');
  if (!(await stat(root).catch(() => undefined))) {
    onProgress('Unpacking redis-server from the system packages into the data folder');
    await download(folder);
  }
  const libraryPath = await findLibraries(root);
  const program = join(root, 'usr/bin/redis-server');
  const server = { program, libraryPath: libraryPath.join(':') };
  await promisify(execFile)(program, ['--version'], {
    env: environmentWith({ LD_LIBRARY_PATH: server.libraryPath }),
  });
  return server;
}

async function download(folder: string): Promise<void> {
  const unfinished = join(folder, 'unfinished');
  await rm(unfinished, { recursive: true, force: true });
  for (const path of ['state/lists/partial', 'cache/archives/partial', 'packages', 'root']) {
    await mkdir(join(unfinished, path), { recursive: true });
  }
  const apt = (args: string[]): Promise<string> =>
    run('apt-get', [...privateFolders(unfinished), ...args], join(unfinished, 'packages'));
  await apt(['update']);
  // `Inst libjemalloc2 (5.3.0-1 Debian:12/stable [amd64])`: what is missing here, so the names of the release at hand.
  const plan = await apt(['install', '--simulate', '--no-install-recommends', 'redis-server']);
  const names = [...plan.matchAll(/^Inst (\S+)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== undefined);
  await apt(['download', ...names]);
  for (const file of await readdir(join(unfinished, 'packages'))) {
    if (file.endsWith('.deb')) {
      await run('dpkg', ['-x', join(unfinished, 'packages', file), join(unfinished, 'root')]);
    }
  }
  await run('mv', [join(unfinished, 'root'), join(folder, 'root')]);
  await rm(unfinished, { recursive: true, force: true });
}

function privateFolders(folder: string): string[] {
  const options = [
    `Dir::State=${folder}/state`,
    `Dir::Cache=${folder}/cache`,
    // What is installed is the system's to tell.
    'Dir::State::status=/var/lib/dpkg/status',
    'Debug::NoLocking=1',
    // As root apt would drop to a user who cannot write here.
    'APT::Sandbox::User=root',
  ];
  return options.flatMap((option) => ['-o', option]);
}

/** `usr/lib` and `lib`, and their folder for this machine's architecture (`x86_64-linux-gnu`). */
async function findLibraries(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const base of ['usr/lib', 'lib']) {
    const entries = await readdir(join(root, base), { withFileTypes: true }).catch(() => []);
    found.push(
      ...entries.filter((entry) => /-linux-/.test(entry.name)).map((entry) => join(root, base, entry.name)),
    );
    if (entries.length > 0) found.push(join(root, base));
  }
  return found;
}
