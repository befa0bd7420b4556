import { ensureBuild } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { neverRun, packagesOf, parts } from './deploy-parts.mjs';
import { ensureNpmTools } from './npm-tools.mjs';
import { findOldVersion } from './old-version.mjs';
import { inRoot } from './paths.mjs';
import { runOpenly, step } from './step.mjs';
import { startPgBouncer } from './pgbouncer.mjs';
import { findSystemTool } from './system-tool.mjs';
import { startTestServices } from './test-services.mjs';

const print = console.log;

/**
 * Runs every part of a deployment that can be run here, and says which could not.
 *
 * @param words  only the parts whose name has one of them; all when there are none
 * @returns 1 when a part failed, else 0, also when one could not be run
 */
export async function testDeployment(words) {
  const chosen = parts.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  await ensureDependencies(print);
  await ensureBuild(print);
  const tools = await findTools(new Set(chosen.flatMap(({ needs }) => needs)));
  const services = await step(print, 'Starting PostgreSQL for the tests', () => startTestServices(print));
  process.on('SIGINT', () => undefined);
  const verdicts = [];
  try {
    for (const part of chosen) verdicts.push(await runPart(part, { tools, services }));
  } finally {
    await services.stop();
  }
  report(verdicts, words.length === 0 ? neverRun : []);
  return verdicts.some(({ verdict }) => verdict === 'FAILED') ? 1 : 0;
}

/** @returns for each need the variables that tell a test where it is; undefined for what is not to be had */
async function findTools(needs) {
  const tools = {};
  for (const need of needs) {
    if (need === 'npm') {
      const folder = await ensureNpmTools(print).catch((error) => print(error.message));
      tools[need] = folder && { TEST_DEPLOY_TOOLS: folder, TEST_PM2: `${folder}/pm2/bin/pm2` };
    } else if (need === 'older version in git') {
      const version = await findOldVersion();
      tools[need] = version && { TEST_OLD_VERSION: version };
    } else {
      const path = await findSystemTool(print, { program: need, packages: packagesOf[need] });
      tools[need] = path && { [`TEST_${need.toUpperCase()}`]: path };
    }
  }
  return tools;
}

async function runPart(
  { name, project = 'deploy', tests, ignored = [], needs, without = [], isThroughPgBouncer = false, env },
  { tools, services },
) {
  const missing = needs.filter((need) => tools[need] === undefined);
  if (missing.length > 0) return { name, verdict: 'not run', detail: `no ${missing.join(', ')} here` };
  print(`\n• ${name}`);
  const startedAt = Date.now();
  const found = Object.assign({}, ...needs.map((need) => tools[need]));
  const bouncer = isThroughPgBouncer
    ? await startPgBouncer({ program: found.TEST_PGBOUNCER, databaseUrl: services.env.TEST_DATABASE_URL })
    : undefined;
  const args = ['--selectProjects', project, '--runInBand', '--testPathPatterns', ...tests];
  if (ignored.length > 0) args.push('--testPathIgnorePatterns', ...ignored);
  if (without.length > 0) args.push('--testNamePattern', `^(?!.*(${without.join('|')}))`);
  const code = await runOpenly(process.execPath, [inRoot('node_modules/jest/bin/jest.js'), ...args], {
    env: {
      ...process.env,
      ...services.env,
      ...found,
      ...bouncer?.env,
      ...env,
      NODE_ENV: 'test',
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    },
  });
  await bouncer?.stop();
  const detail = `${Math.round((Date.now() - startedAt) / 1000)} s`;
  return { name, verdict: code === 0 ? 'passed' : 'FAILED', detail };
}

function report(verdicts, never) {
  print('\nWhat was run:');
  for (const { name, verdict, detail } of verdicts) print(`  ${verdict.padEnd(8)} ${name} (${detail})`);
  for (const what of never) print(`  not run  ${what}`);
  const count = (wanted) => verdicts.filter(({ verdict }) => verdict === wanted).length;
  print(`${count('passed')} passed, ${count('FAILED')} failed, ${count('not run') + never.length} not run`);
}
