import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, opendir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StartError } from './start-error.ts';

/**
 * Makes the folder of the embedded instance, readable by its owner only.
 *
 * @returns its absolute path
 * @throws StartError when it cannot be made or written
 */
export async function openDataFolder(path: string): Promise<string> {
  const folder = resolve(path);
  try {
    await makeFolder(folder);
    await chmod(folder, 0o700);
    const probe = `${folder}/.writable`;
    await (await open(probe, 'w')).close();
    await rm(probe);
  } catch (error) {
    throw new StartError(
      `The folder ${folder} cannot be used (${(error as NodeJS.ErrnoException).code ?? 'unknown'}): ` +
        'make it writable, or name another one in DATA_DIR.',
    );
  }
  return folder;
}

/** Node's recursive mkdir never comes back where a parent exists and refuses with ENOENT (as below /proc). */
async function makeFolder(folder: string): Promise<void> {
  const parent = dirname(folder);
  if (!(await stat(parent).catch(() => undefined))) await makeFolder(parent);
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  await (await opendir(folder)).close(); // a file of that name is not ours to touch
}

/** A secret of 32 random bytes in hex, made at the first call and kept in a file that only its owner reads. */
export async function keepSecret(path: string, makeSecret = randomHex): Promise<string> {
  const kept = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (kept !== '') return kept;
  const secret = makeSecret();
  const file = await open(path, 'w', 0o600);
  await file.writeFile(`${secret}\n`);
  await file.sync();
  await file.close();
  return secret;
}

const randomHex = (): string => randomBytes(32).toString('hex');
