import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { inRoot } from './paths.mjs';
import { runQuietly, step } from './step.mjs';

/**
 * What only tests of deployments use, at one version each: too heavy for everybody's node_modules (pm2 alone brings more than
 * a hundred packages). Installed without scripts, beside the checkout's own packages.
 */
const versions = { pm2: '7.0.4', dclint: '3.1.0', 'dockerfile-utils': '0.16.3' };

const folder = inRoot('node_modules/.cache/deploy-tools');

/**
 * Installs the tools when they are missing.
 *
 * @returns the folder of their packages
 * @throws StepError when the registry does not answer
 */
export async function ensureNpmTools(print) {
  const wanted = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
  const stamp = `${folder}/${wanted.join('+')}`;
  if (!existsSync(stamp)) {
    await mkdir(folder, { recursive: true });
    await writeFile(`${folder}/package.json`, '{ "private": true }\n');
    const args = [
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--ignore-scripts',
      '--no-package-lock',
      '--no-audit',
    ];
    await step(print, `Installing ${wanted.join(', ')}`, () => runQuietly('npm', [...args, ...wanted]));
    await writeFile(stamp, '');
  }
  return `${folder}/node_modules`;
}
