import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { isAlive, isGoneWithin, signal } from './process-table.ts';

/**
 * Stops a server that an earlier supervisor left running, and removes the pid file it leaves behind.
 *
 * A pid file whose process is another program (ids come again, in a container after every restart) is only removed.
 *
 * @param pidFile  its first line is the pid
 * @param commandHolds  what only our server's command line holds, such as its folder
 */
export async function stopOrphan({
  pidFile,
  commandHolds,
  stopSignal,
}: {
  pidFile: string;
  commandHolds: string;
  stopSignal: NodeJS.Signals;
}): Promise<void> {
  const firstLine = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0] ?? '';
  const pid = Math.abs(Number(firstLine));
  if (!(pid > 0)) return;
  if (isAlive(pid) && (await commandOf(pid)).includes(commandHolds)) {
    signal(pid, stopSignal);
    if (!(await isGoneWithin(pid, 10_000))) signal(pid, 'SIGKILL');
    await isGoneWithin(pid, 2_000);
  }
  await rm(pidFile, { force: true });
}

async function commandOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (line !== undefined) return line;
  // No /proc: macOS.
  return promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
