import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { takeOut, type Guard } from './read-guards.ts';

export interface ScratchCopy {
  folder: string;
  /** Runs `work` while the copy lacks the guard. @throws when the guard does not stand where it is said to */
  without<Result>(guard: Guard, work: () => Promise<Result>): Promise<Result>;
  remove(): Promise<void>;
}

/** Neither sources nor read by tests; `node_modules` is linked. */
const LEFT_OUT = new Set(['.git', '.data', 'coverage', 'dist', 'node_modules', `stress${sep}results`]);

/** Copies a checkout into a folder of its own, where guards can be taken out while others work in the checkout. */
export async function makeScratchCopy(root: string): Promise<ScratchCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'stampede-guards-'));
  await cp(root, folder, { recursive: true, filter: (path) => !LEFT_OUT.has(relative(root, path)) });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return {
    folder,
    async without(guard, work) {
      const path = join(folder, guard.file);
      const source = await readFile(path, 'utf8');
      await writeFile(path, takeOut(guard, source));
      try {
        return await work();
      } finally {
        await writeFile(path, source);
      }
    },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}
