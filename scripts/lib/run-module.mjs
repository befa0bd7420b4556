import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ensureBuild } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { loadDotEnv } from './dot-env.mjs';
import { inRoot } from './paths.mjs';
import { StepError } from './step.mjs';

/**
 * Runs a module of the build in this process, after making sure that there is one.
 *
 * @param args  the module's path in the checkout without its ending, then its own arguments
 * @throws StepError when there is no such module
 */
export async function runModule([module, ...args]) {
  loadDotEnv();
  // On stderr: what a command prints may be read by another program.
  await ensureDependencies(console.error);
  await ensureBuild(console.error, { withClient: module === 'src/server' });
  const path = inRoot(`dist/${module}.js`);
  if (!existsSync(path)) throw new StepError(`There is no module ${module}.`);
  process.argv = [process.execPath, path, ...args];
  await import(pathToFileURL(path).href);
}
