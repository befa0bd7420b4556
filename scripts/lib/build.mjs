import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { withLock } from './lock.mjs';
import { inRoot } from './paths.mjs';
import { hashFiles, listFiles } from './sources.mjs';
import { runQuietly, step } from './step.mjs';

const serverFolders = ['src', 'migrations', 'seeds', 'stress'];

const server = {
  name: 'Building the server',
  stampPath: inRoot('dist/.server-built'),
  async sources() {
    const files = await listFiles([...serverFolders, 'knexfile.ts', 'tsconfig.json', 'tsconfig.build.json']);
    return files.filter((file) => !isLeftOut(file));
  },
  async build(sources) {
    await runQuietly(process.execPath, [
      inRoot('node_modules/typescript/bin/tsc'),
      '-p',
      'tsconfig.build.json',
    ]);
    const assets = sources.filter((file) => file.includes('/') && !file.endsWith('.ts'));
    for (const asset of assets) {
      await mkdir(dirname(inRoot(`dist/${asset}`)), { recursive: true });
      await copyFile(inRoot(asset), inRoot(`dist/${asset}`));
    }
    await removeOrphans();
  },
};

const client = {
  name: 'Building the page',
  stampPath: inRoot('dist/.client-built'),
  async sources() {
    const files = await listFiles(['client', 'src/contracts', 'package-lock.json']);
    return files.filter((file) => !isLeftOut(file));
  },
  async build() {
    const vite = inRoot('node_modules/vite/bin/vite.js');
    const args = ['build', 'client', '--outDir', '../dist/client', '--emptyOutDir', '--logLevel', 'warn'];
    await runQuietly(process.execPath, [vite, ...args], { env: { ...process.env, NODE_ENV: 'production' } });
  },
};

const isLeftOut = (file) =>
  /\.test\.tsx?$|\.md$/.test(file) || file.startsWith('src/testing/') || file.startsWith('stress/results/');

/**
 * Builds the server, and the page when asked, into dist/ unless the build there is of these very sources.
 *
 * Safe beside another builder: the second one waits, then finds nothing to do.
 */
export async function ensureBuild(print, { withClient = true } = {}) {
  const parts = withClient ? [server, client] : [server];
  if (await areBuilt(parts)) return;
  await withLock(inRoot('dist/.build-lock'), async () => {
    for (const part of parts) {
      const sources = await part.sources();
      if (await isBuilt(part, sources)) continue;
      // Taken away first: a build that fails half-way must not look finished.
      await rm(part.stampPath, { force: true });
      const hash = await hashFiles(sources);
      await step(print, part.name, () => part.build(sources));
      await writeFile(part.stampPath, hash);
    }
  });
}

async function areBuilt(parts) {
  for (const part of parts) if (!(await isBuilt(part, await part.sources()))) return false;
  return true;
}

async function isBuilt({ stampPath }, sources) {
  const stamp = await readFile(stampPath, 'utf8').catch(() => undefined);
  return stamp !== undefined && stamp === (await hashFiles(sources));
}

/** Takes out of dist/ what was built from files that are no longer there: a deleted migration must not run. */
async function removeOrphans() {
  for (const file of await listFiles(serverFolders.map((folder) => `dist/${folder}`))) {
    const source = file.slice('dist/'.length);
    const origins = [source, source.replace(/\.js(\.map)?$/, '.ts')];
    if (!origins.some((origin) => existsSync(inRoot(origin)))) await rm(inRoot(file));
  }
}
