import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { runQuietly, step } from './step.mjs';

const run = promisify(execFile);
const policyFile = '/usr/sbin/policy-rc.d';

/** The path of a program, also where only root's path leads; undefined when there is none. */
export async function which(name) {
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
  return run('sh', ['-c', `command -v ${name}`], { env }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

/** Whether packages of the system can be installed from here. */
export async function canInstall() {
  return process.getuid?.() === 0 && (await which('apt-get')) !== undefined;
}

/**
 * Installs packages of the system as root, without their services running.
 *
 * @throws StepError with what apt-get said when it does not work
 */
export async function installPackages(print, packages) {
  await step(print, `Installing ${packages.join(', ')}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await runQuietly('apt-get', ['update'], { env });
    // Debian asks this file before it starts a service of a package it installs; 101 means no.
    const isOurs = await writeFile(policyFile, '#!/bin/sh\nexit 101\n', { flag: 'wx', mode: 0o755 }).then(
      () => true,
      () => false,
    );
    try {
      await runQuietly('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env });
    } finally {
      if (isOurs) await rm(policyFile, { force: true });
    }
  });
}

/** Finds a program, or as root installs the package that has it. Undefined, and why in words, when neither works. */
export async function findSystemTool(print, { program, packages }) {
  const found = await which(program);
  if (found) return found;
  if (!(await canInstall())) return undefined;
  await installPackages(print, packages).catch((error) => print(error.message));
  return which(program);
}
