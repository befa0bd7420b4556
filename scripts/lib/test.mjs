import { ensureBuild } from './build.mjs';
import { findChromium } from './chromium.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { inRoot } from './paths.mjs';
import { runOpenly, runQuietly, step, StepError } from './step.mjs';
import { startTestServices } from './test-services.mjs';

const print = console.log;
const bin = (path) => inRoot(`node_modules/${path}`);

const checks = {
  'Checking the format': [bin('prettier/bin/prettier.cjs'), '--check', '.'],
  'Checking the rules': [bin('eslint/bin/eslint.js'), '.'],
  "Checking the server's types": [bin('typescript/bin/tsc'), '--noEmit'],
  "Checking the page's types": [bin('typescript/bin/tsc'), '--noEmit', '-p', 'client'],
};

/**
 * Checks everything that can be checked here: format, rules, types, then every test on real services.
 *
 * @param jestArgs  given to jest; with any of them only the tests run, so that one file is tested in seconds
 * @returns jest's exit code
 */
export async function test(jestArgs) {
  await ensureDependencies(print);
  await ensureBuild(print);
  if (jestArgs.length === 0) await runChecks();
  const chromium = await findChromium(print).catch((error) => {
    // Some files only: those that need the browser fail by themselves, the others need none.
    if (jestArgs.length === 0) throw error;
    print(error.message);
  });
  const services = await step(print, 'Starting PostgreSQL for the tests', () => startTestServices(print));
  // A Ctrl-C reaches jest too; we stay until it has ended and take down what we started.
  process.on('SIGINT', () => undefined);
  try {
    // What needs nginx and the like is npm run test:deploy.
    const args = ['--ignoreProjects', 'deploy', '--maxWorkers=2', ...jestArgs];
    return await runOpenly(process.execPath, [bin('jest/bin/jest.js'), ...args], {
      env: {
        ...process.env,
        ...services.env,
        ...(chromium ? { CHROMIUM_PATH: chromium } : {}),
        NODE_ENV: 'test',
        NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      },
    });
  } finally {
    await services.stop();
  }
}

/** All of them, so that one run shows everything that is to be mended. */
async function runChecks() {
  const failures = [];
  for (const [name, args] of Object.entries(checks)) {
    await step(print, name, () => runQuietly(process.execPath, args)).catch((error) => failures.push(error));
  }
  if (failures.length > 0) throw new StepError(failures.map((error) => error.message).join('\n\n'));
}
