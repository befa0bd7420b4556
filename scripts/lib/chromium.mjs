import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { runQuietly, step, StepError } from './step.mjs';

const run = promisify(execFile);

/**
 * Finds a Chromium to test the page in: CHROMIUM_PATH, one on the path, or as root the system's package.
 *
 * @throws StepError when there is none: a test of the page that does not run must not look like one that passed
 */
export async function findChromium(print) {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const found = await findOnPath();
  if (found) return found;
  if (process.getuid?.() === 0 && (await which('apt-get'))) {
    await step(print, 'Installing Chromium', async () => {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      await runQuietly('apt-get', ['update'], { env });
      await runQuietly('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { env });
    });
    const installed = await findOnPath();
    if (installed) return installed;
  }
  throw new StepError('The page is tested in Chromium: install it, or set CHROMIUM_PATH to its binary.');
}

async function findOnPath() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const path = await which(name);
    if (path) return path;
  }
  return undefined;
}

async function which(name) {
  return run('sh', ['-c', `command -v ${name}`]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}
