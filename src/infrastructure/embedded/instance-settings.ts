import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { portTrouble, findFreePort } from './ports.ts';
import { keepSecret } from './data-folder.ts';
import { StartError } from './start-error.ts';
import type { Env } from '../../config/env.ts';

/** What the supervisor decided from the environment. */
export interface InstanceSettings {
  dataDir: string;
  port: number;
  /** Whether at least one of the services is ours. */
  isEmbedded: boolean;
  isDemo: boolean;
  apiProcesses: number;
  workerProcesses: number;
  /** For the API and worker processes; the services' addresses come beside them. */
  variables: Record<string, string>;
}

/**
 * Decides what the environment leaves open: secret, port, number of processes, demo.
 *
 * @param dataDir  the opened data folder
 * @throws StartError when the port is taken, or when a secret is missing in front of real services
 */
export async function decideSettings(env: Env, dataDir: string): Promise<InstanceSettings> {
  const isEmbedded = env.databaseUrl === undefined || env.redisUrl === undefined;
  if (!isEmbedded && env.jwtSecret === undefined) {
    throw new StartError('JWT_SECRET is required with DATABASE_URL and REDIS_URL: 32 characters or more.');
  }
  const jwtSecret = env.jwtSecret ?? (await keepSecret(join(dataDir, 'jwt-secret')));
  const isDemo = env.demo ?? isEmbedded;
  const exempt = env.addressLimitExempt ?? (isEmbedded ? ['loopback'] : []);
  const port = await choosePort(env.port);
  return {
    dataDir,
    port,
    isEmbedded,
    isDemo,
    apiProcesses: env.webConcurrency ?? Math.min(availableParallelism(), 4),
    workerProcesses: env.settleConcurrency,
    variables: {
      PORT: String(port),
      DATA_DIR: dataDir,
      JWT_SECRET: jwtSecret,
      DEMO: isDemo ? '1' : '0',
      ADDRESS_LIMIT_EXEMPT: exempt.join(','),
      LOG_FORMAT: 'json', // the supervisor reads it, and shows people what they should see
    },
  };
}

async function choosePort(wanted: number): Promise<number> {
  if (wanted === 0) return findFreePort();
  const trouble = await portTrouble(wanted);
  if (trouble === undefined) return wanted;
  const reason = trouble === 'EADDRINUSE' ? 'is taken' : `cannot be used (${trouble})`;
  throw new StartError(`Port ${wanted} ${reason}: stop what listens there, or choose another one with PORT.`);
}
