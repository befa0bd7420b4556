import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRoot } from './paths.mjs';
import { StepError } from './step.mjs';

/**
 * Starts a throw-away PostgreSQL, and finds the Redis server that each test file starts for itself.
 *
 * @returns the environment for the tests, and how to stop and remove what was started
 */
export async function startTestServices(print) {
  const dataDir = await mkdtemp(join(tmpdir(), 'stampede-test-'));
  const lines = [];
  const [{ prepareEmbeddedPostgres }, { findRedisServer }, { emptyInstance }] = await Promise.all(
    ['postgres', 'redis-binary', 'empty-instance'].map(
      (name) => import(pathToFileURL(inRoot(`dist/src/infrastructure/embedded/${name}.js`)).href),
    ),
  );
  let server;
  async function stop() {
    server?.stop();
    await server?.exited;
    await emptyInstance(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  }
  try {
    const redis = await findRedisServer({ dataDir, onProgress: (message) => print(`  ${message} …`) });
    const postgres = await prepareEmbeddedPostgres({ dataDir, onLine: (line) => lines.push(line) });
    server = await postgres.start();
    const env = { TEST_DATABASE_URL: postgres.adminUrl, TEST_REDIS_SERVER: redis.program };
    if (redis.libraryPath) env.LD_LIBRARY_PATH = redis.libraryPath;
    return { env, stop };
  } catch (error) {
    await stop();
    throw new StepError([error.message, ...lines.slice(-5)].join('\n'));
  }
}
