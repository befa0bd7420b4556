import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { TEST_JWT_SECRET } from './test-api.ts';
import { until } from './until.ts';

export interface TestProcess {
  pid: number;
  /** What it logged, one object a line. */
  logged(): Record<string, unknown>[];
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
  /** Tells it to stop (SIGTERM), and waits for its end. @returns its exit code; null when a signal ended it */
  stop(): Promise<number | null>;
}

/**
 * Starts one real process of the engine, and waits until it says that it runs.
 *
 * @param entry  the module, as `npm run start:api` and `start:worker` run it
 * @param options.nodeOptions  arguments of Node itself, before the module
 * @param options.variables  environment on top of this process's and the stores'
 * @param options.buildOf  the folder of another version, whose build runs instead of these sources
 */
export async function startProcess(
  entry: 'server' | 'worker',
  { databaseUrl, redisUrl }: { databaseUrl: string; redisUrl: string },
  {
    nodeOptions = [],
    variables = {},
    buildOf,
  }: { nodeOptions?: string[]; variables?: Record<string, string>; buildOf?: string } = {},
): Promise<TestProcess> {
  const { NODE_OPTIONS: _jests, ...environment } = process.env; // Jest's own options are no business of the process
  const program =
    buildOf === undefined
      ? ['--import', 'tsx', fileURLToPath(new URL(`../${entry}.ts`, import.meta.url))]
      : [`${buildOf}/dist/src/${entry}.js`];
  const child = spawn(process.execPath, [...nodeOptions, ...program], {
    env: {
      ...environment,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      JWT_SECRET: TEST_JWT_SECRET,
      PORT: '0',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const exited = once(child, 'exit');
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const endWithTests = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithTests);
  const kill = async (): Promise<void> => {
    process.off('exit', endWithTests);
    if (!hasExited()) child.kill('SIGKILL');
    await exited;
  };
  const logged = (): Record<string, unknown>[] =>
    printed
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const isRunning = () =>
    hasExited() || logged().some(({ message }) => message === 'listening' || message === 'settling');
  await until(isRunning, { timeoutMs: 120_000, what: `${entry} runs` }).catch(async (error: unknown) => {
    await kill();
    throw error;
  });
  if (hasExited()) throw new Error(`${entry} ended at once:\n${printed}`);
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    await exited;
    return child.exitCode;
  };
  return { pid: child.pid!, logged, kill, stop };
}
