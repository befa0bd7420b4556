import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Services } from '../../src/commands/lib/open-services.ts';
import { readBuildIdentity } from '../../src/features/health/build-identity.ts';
import { findRoot } from '../../src/utils/find-root.ts';

/** Where and with what a run was made. */
export interface Circumstances {
  commit: string;
  hasUncommittedChanges: boolean | null;
  machine: string;
  cores: number;
  memoryGb: number;
  /** Of the last minute before the run: other work on the machine. */
  loadBefore: number;
  node: string;
  postgres: string;
  redis: string;
  durability: Record<string, string>;
}

const POSTGRES_SETTINGS = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'shared_buffers',
];
const REDIS_SETTINGS = ['appendonly', 'appendfsync', 'save'];

export async function readCircumstances({ db, redis }: Services, loadBefore: number): Promise<Circumstances> {
  const root = findRoot(import.meta.url);
  const durability: Record<string, string> = { ACK_DURABILITY: 'queued' };
  for (const name of POSTGRES_SETTINGS) {
    const { rows } = await db.raw<{ rows: { value: string }[] }>('select current_setting(?) as value', [
      name,
    ]);
    durability[`PostgreSQL ${name}`] = rows[0]?.value ?? '';
  }
  for (const name of REDIS_SETTINGS) {
    const [, value = ''] = (await redis.config('GET', name)) as string[];
    durability[`Redis ${name}`] = value === '' ? 'off' : value;
  }
  const { rows } = await db.raw<{ rows: { server_version: string }[] }>('show server_version');
  const [cpu] = cpus();
  return {
    commit: readBuildIdentity(root).commit,
    hasUncommittedChanges: await hasUncommittedChanges(fileURLToPath(root)),
    machine: `${cpu?.model.trim() ?? 'unknown processor'}, ${platform()} ${release()} ${arch()}`,
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    loadBefore,
    node: process.version,
    postgres: rows[0]?.server_version ?? 'unknown',
    redis: /^redis_version:(\S+)/m.exec(await redis.info('server'))?.[1] ?? 'unknown',
    durability,
  };
}

/** Processor time of all cores together since the machine was started, in ticks. */
export interface CoreTime {
  total: number;
  /** Of it, while the host gave the core to another of its guests. */
  stolen: number;
}

/** Reads the first line of `/proc/stat` (proc_stat(5)); null elsewhere than on Linux. */
export const readCoreTime = async (): Promise<CoreTime | null> =>
  parseCoreTime(await readFile('/proc/stat', 'utf8').catch(() => ''));

/** @param stat the text of `/proc/stat`; null where its first line does not tell what was stolen */
export function parseCoreTime(stat: string): CoreTime | null {
  const [line = ''] = stat.split('\n');
  // user, nice, system, idle, iowait, irq, softirq, steal; a guest's time, which follows, is in user already.
  const ticks = line.trim().split(/ +/).slice(1, 9).map(Number);
  const stolen = ticks[7];
  return stolen === undefined ? null : { total: ticks.reduce((sum, one) => sum + one, 0), stolen };
}

/** What share of the time between the two was stolen, 0 to 1; null when it was not read. */
export function stolenShareBetween(before: CoreTime | null, after: CoreTime | null): number | null {
  if (before === null || after === null) return null;
  return (after.stolen - before.stolen) / Math.max(1, after.total - before.total);
}

export const readLoad = (): number => loadavg()[0] ?? 0;

/** Null without git. */
async function hasUncommittedChanges(root: string): Promise<boolean | null> {
  const args = [
    '-C',
    root,
    'status',
    '--porcelain',
    '--',
    'src',
    'migrations',
    'stress',
    'package-lock.json',
  ];
  return promisify(execFile)('git', args).then(
    ({ stdout }) => stdout.trim() !== '',
    () => null,
  );
}
