import { existsSync } from 'node:fs';

/**
 * The repository's root: the nearest folder above a module that holds package.json. The same from `src/` and `dist/src/`.
 *
 * @throws when there is none
 */
export function findRoot(moduleUrl: string): URL {
  for (let folder = new URL('./', moduleUrl); folder.pathname !== '/'; folder = new URL('../', folder)) {
    if (existsSync(new URL('package.json', folder))) return folder;
  }
  throw new Error('package.json is missing');
}
