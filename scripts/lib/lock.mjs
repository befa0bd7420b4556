import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A lock whose owner left no pid is taken over after this long; its folder may be one instant old without one. */
const ownerlessMs = 5_000;

/**
 * Runs the work while no other process of this machine runs work under the same lock.
 *
 * The lock is a folder, because making one is atomic everywhere; one whose owner is dead is taken over.
 */
export async function withLock(path, work) {
  await mkdir(dirname(path), { recursive: true });
  while (!(await take(path))) await pause(100);
  try {
    return await work();
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

async function take(path) {
  try {
    await mkdir(path);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (await isAbandoned(path)) await rm(path, { recursive: true, force: true });
    return false;
  }
  await writeFile(`${path}/pid`, String(process.pid));
  return true;
}

async function isAbandoned(path) {
  const pid = Number(await readFile(`${path}/pid`, 'utf8').catch(() => ''));
  if (pid > 0) return !isAlive(pid);
  const made = await stat(path).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > ownerlessMs;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
