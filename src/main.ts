import { EnvironmentError, readEnv } from './config/env.ts';
import { seedDemo } from './commands/seed.ts';
import { openDataFolder } from './infrastructure/embedded/data-folder.ts';
import { startDevPage } from './infrastructure/embedded/dev-page.ts';
import { takeInstanceLock } from './infrastructure/embedded/instance-lock.ts';
import { decideSettings } from './infrastructure/embedded/instance-settings.ts';
import { whenParentIsGone } from './infrastructure/embedded/parent-watch.ts';
import { createRoster } from './infrastructure/embedded/roster.ts';
import { StartError } from './infrastructure/embedded/start-error.ts';
import { startProcesses } from './infrastructure/embedded/start-processes.ts';
import { startServices } from './infrastructure/embedded/start-services.ts';
import { summarise } from './infrastructure/embedded/summary.ts';
import { waitUntilReady } from './infrastructure/embedded/wait-until-ready.ts';
import { createLifecycle, type Lifecycle } from './infrastructure/lifecycle.ts';
import { migrate } from './infrastructure/postgres/migrate.ts';

/** How `scripts/start.mjs` was called. */
export interface Launch {
  /** The folder of package.json. */
  root: URL;
  /** Watch mode: children run from their sources, the page from Vite's development server. */
  isDev: boolean;
  /** The pid that started us, when it was npm: we stop when it is gone. */
  npmParent?: number | undefined;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * Runs a whole instance on this machine and keeps it running until it is told to stop.
 *
 * What can be expected to go wrong (a taken port, an unwritable folder, a service that does not answer) is printed in
 * one line and ends the process with code 1.
 */
export async function superviseInstance(launch: Launch): Promise<void> {
  const lifecycle = createLifecycle({ logger: { error: (message) => print(message) } });
  lifecycle.stopOnSignals();
  if (launch.npmParent !== undefined)
    whenParentIsGone(launch.npmParent, () => process.kill(process.pid, 'SIGTERM'));
  try {
    await start(launch, lifecycle);
  } catch (error) {
    // Whatever fails because it is being stopped already is no news.
    if (lifecycle.isStopping()) return;
    if (error instanceof StartError || error instanceof EnvironmentError)
      process.stderr.write(`${error.message}\n`);
    else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    await lifecycle.stop();
    process.exit(1);
  }
}

/** The order of events. Each thing started is let go in the opposite order. */
async function start({ root, isDev }: Launch, lifecycle: Lifecycle): Promise<void> {
  const env = readEnv();
  const dataDir = await openDataFolder(env.dataDir);
  const lock = await takeInstanceLock(dataDir);
  if ('takenBy' in lock) {
    throw new StartError(
      `An instance runs on ${dataDir} already (process ${lock.takenBy}): stop it, or set another DATA_DIR.`,
    );
  }
  lifecycle.onStop('instance lock', lock.release);
  const settings = await decideSettings(env, dataDir);

  const roster = createRoster({ dataDir });
  lifecycle.onForceQuit(roster.killAll);
  lifecycle.onStop('instance file', roster.remove);
  const deps = { dataDir, roster, lifecycle, print };

  print('• Starting PostgreSQL and Redis …');
  const { databaseUrl, redisUrl } = await startServices(deps, env);

  print('• Preparing the database …');
  await migrate(databaseUrl);
  const demo = settings.isDemo ? await seedDemo({ databaseUrl, redisUrl, dataDir }) : undefined;

  const apiUrl = `http://localhost:${settings.port}`;
  await roster.publish({ url: apiUrl, databaseUrl, redisUrl });

  // Watched processes cannot share a port: one of them is enough to develop with.
  const apiProcesses = isDev ? 1 : settings.apiProcesses;
  print(`• Starting ${apiProcesses} API and ${settings.workerProcesses} worker processes …`);
  const variables = { ...settings.variables, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
  const module = (name: string): URL =>
    isDev ? new URL(`src/${name}.ts`, root) : new URL(`./${name}.js`, import.meta.url);
  const plan = { isWatched: isDev, variables };
  await startProcesses(deps, {
    ...plan,
    role: 'worker',
    module: module('worker'),
    count: settings.workerProcesses,
  });
  await startProcesses(deps, { ...plan, role: 'api', module: module('server'), count: apiProcesses });
  const page = isDev ? await startDevPage({ root, apiUrl, print }) : undefined;
  if (page) lifecycle.onStop('page', page.stop);

  await waitUntilReady({ url: apiUrl, print, isStopping: lifecycle.isStopping });
  if (lifecycle.isStopping()) return;
  const operator = demo && { email: demo.operatorEmail, password: demo.operatorPassword };
  print(summarise({ url: page?.url ?? apiUrl, operator }));
}
