import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import { inRoot } from './paths.mjs';

/** Every file under these paths of the checkout, as paths of the checkout, in a stable order. */
export async function listFiles(paths) {
  const files = [];
  for (const path of paths) {
    const found = await stat(inRoot(path)).catch(() => undefined);
    if (found?.isFile()) files.push(path);
    if (!found?.isDirectory()) continue;
    const entries = await readdir(inRoot(path), { withFileTypes: true });
    files.push(...(await listFiles(entries.map((entry) => `${path}/${entry.name}`))));
  }
  return files.sort();
}

/** One hash for the names and the contents of these files. */
export async function hashFiles(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = await readFile(inRoot(file));
    hash.update(`${file}\n${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}
