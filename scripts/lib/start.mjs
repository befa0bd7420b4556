import { pathToFileURL } from 'node:url';
import { ensureBuild } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { loadDotEnv } from './dot-env.mjs';
import { inRoot, root } from './paths.mjs';

/** Installs and builds what is missing, then becomes the supervisor. */
export async function start({ isDev, npmParent }) {
  loadDotEnv();
  await ensureDependencies(console.log);
  await ensureBuild(console.log);
  const { superviseInstance } = await import(pathToFileURL(inRoot('dist/src/main.js')).href);
  await superviseInstance({ root: pathToFileURL(root), isDev, npmParent });
}
