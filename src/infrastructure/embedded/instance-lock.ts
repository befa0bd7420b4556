import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, startTicks } from './process-table.ts';

export interface InstanceLock {
  release: () => Promise<void>;
}

interface Owner {
  pid: number;
  startTicks: string;
}

const lockPath = (dataDir: string): string => join(dataDir, 'supervisor.lock');

/**
 * Takes the folder for this process.
 *
 * @returns the pid of the supervisor that has it when it is taken already
 */
export async function takeInstanceLock(dataDir: string): Promise<InstanceLock | { takenBy: number }> {
  const path = lockPath(dataDir);
  const owner: Owner = { pid: process.pid, startTicks: await startTicks(process.pid) };
  for (;;) {
    if (await claim(path, owner)) return { release: () => rm(path, { force: true }) };
    const pid = await supervisorOf(dataDir);
    if (pid !== undefined) return { takenBy: pid };
    // Left behind by a supervisor that was killed. Moved before it is removed: only one of two starters can move it.
    const stale = `${path}.${randomUUID()}`;
    await rename(path, stale).catch(() => undefined);
    await rm(stale, { force: true });
  }
}

/** Puts the file there with all its content in one step; false when there is one already. */
async function claim(path: string, owner: Owner): Promise<boolean> {
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, JSON.stringify(owner), { mode: 0o600 });
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    await rm(own);
  }
}

/** The pid of the supervisor that runs on this folder now; undefined when none does. */
export async function supervisorOf(dataDir: string): Promise<number | undefined> {
  const text = await readFile(lockPath(dataDir), 'utf8').catch(() => '');
  if (text === '') return undefined;
  const owner = JSON.parse(text) as Owner;
  const isSame = isAlive(owner.pid) && owner.startTicks === (await startTicks(owner.pid));
  return isSame ? owner.pid : undefined;
}
