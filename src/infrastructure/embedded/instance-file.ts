import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessRole } from './keep-running.ts';

/** `DATA_DIR/instance.json`: how commands and load testers find a running instance. */
export interface InstanceFile {
  url: string;
  databaseUrl: string;
  redisUrl: string;
  processes: { role: ProcessRole; pid: number }[];
}

const fileName = 'instance.json';

/** Replaces the file in one step, so that a reader sees the old one or the new one, never half of one. */
export async function writeInstanceFile(dataDir: string, instance: InstanceFile): Promise<void> {
  const next = join(dataDir, `${fileName}.next`);
  await writeFile(next, `${JSON.stringify(instance, null, 2)}\n`, { mode: 0o600 });
  await rename(next, join(dataDir, fileName));
}

export async function removeInstanceFile(dataDir: string): Promise<void> {
  await rm(join(dataDir, fileName), { force: true });
}

/** The running instance of this folder as last written; undefined when none was started or the last one was stopped. */
export async function readInstanceFile(dataDir: string): Promise<InstanceFile | undefined> {
  const text = await readFile(join(dataDir, fileName), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as InstanceFile);
}
