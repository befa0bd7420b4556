import { createServiceOutput, type ChildOutput } from './child-output.ts';
import type { EmbeddedService } from './embedded-service.ts';
import { checkPostgres, checkRedis } from './external-services.ts';
import { keepRunning, type ProcessRole } from './keep-running.ts';
import { prepareEmbeddedPostgres } from './postgres.ts';
import { prepareEmbeddedRedis } from './redis.ts';
import type { Roster } from './roster.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { StartError } from './start-error.ts';
import type { Env } from '../../config/env.ts';

export interface Services {
  databaseUrl: string;
  redisUrl: string;
}

export interface StartServicesDeps {
  dataDir: string;
  roster: Roster;
  /** Stops those that are ours. */
  lifecycle: Lifecycle;
  print: (line: string) => void;
}

/**
 * Brings up PostgreSQL and Redis: the ones the environment names, or else our own.
 *
 * @throws StartError in one line for each thing that can be expected to be wrong
 */
export async function startServices(deps: StartServicesDeps, env: Env): Promise<Services> {
  async function run(
    role: ProcessRole,
    prepare: (output: ChildOutput) => Promise<EmbeddedService>,
  ): Promise<string> {
    const output = createServiceOutput(deps.dataDir, role);
    const service = await prepare(output);
    const kept = await keepRunning({
      role,
      start: service.start,
      onChange: deps.roster.update,
      onDeath: deps.print,
      isStopping: deps.lifecycle.isStopping,
    }).catch((error: unknown) => {
      throw new StartError(
        `The embedded ${role} did not start: ${(error as Error).message}. See ${deps.dataDir}/logs/${role}.log`,
      );
    });
    deps.roster.add(kept);
    deps.lifecycle.onStop(role, async () => {
      await kept.stop();
      output.close();
    });
    return service.url;
  }

  if (env.databaseUrl !== undefined) await checkPostgres(env.databaseUrl);
  if (env.redisUrl !== undefined) await checkRedis(env.redisUrl);
  const { dataDir, print } = deps;
  // One after the other: what cannot start is then told in one line, with nothing half-started beside it.
  const databaseUrl =
    env.databaseUrl ?? (await run('postgres', ({ onLine }) => prepareEmbeddedPostgres({ dataDir, onLine })));
  const redisUrl =
    env.redisUrl ??
    (await run('redis', ({ onLine }) =>
      prepareEmbeddedRedis({ dataDir, onLine, onProgress: (message) => print(`  ${message} …`) }),
    ));
  return { databaseUrl, redisUrl };
}
