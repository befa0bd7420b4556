import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentWith } from '../../src/config/env.ts';
import { emptyInstance } from '../../src/infrastructure/embedded/empty-instance.ts';
import { readInstanceFile, type InstanceFile } from '../../src/infrastructure/embedded/instance-file.ts';
import type { ProcessRole } from '../../src/infrastructure/embedded/keep-running.ts';
import { findFreePort } from '../../src/infrastructure/embedded/ports.ts';
import { isAlive, isGoneWithin, signal } from '../../src/infrastructure/embedded/process-table.ts';
import { spawnTethered, type SupervisedProcess } from '../../src/infrastructure/embedded/tethered-process.ts';
import { findRoot } from '../../src/utils/find-root.ts';
import type { AppRole, ChaosInstance } from './fault.ts';
import { hasBegun } from './has-begun.ts';
import type { Lines } from './lines.ts';
import { FOLDER_VARIABLE, HANG_SIGNAL, hangFile, writeSettings } from './settings.ts';
import { waitFor } from './wait-for.ts';

const PROCESSES: Record<ProcessRole, number> = { supervisor: 1, api: 2, worker: 2, redis: 1, postgres: 1 };
const READY_WITHIN_MS = 60_000;
const MOST_PRINTED = 100_000;

/** The instance, with what only the frame does to it. */
export interface OwnInstance extends ChaosInstance {
  /** When processes of this role were ended, by whomever, epoch ms. */
  deathsOf(role: ProcessRole): readonly number[];
  /** Processes have this environment on top of theirs; those that have another one are started again. */
  configure(env: Record<AppRole, Record<string, string>>): Promise<void>;
  /** As last written by the supervisor. */
  read(): Promise<InstanceFile>;
  /** Copies its logs, and what the supervisor printed, there. */
  saveLogs(to: string): Promise<void>;
  /** Stops it and removes its folder; may be called again. */
  stop(): Promise<void>;
}

/**
 * Starts what `npm start` starts, in a folder of its own, with the campaign's preload in its processes.
 *
 * @throws with what it printed, when it does not get ready
 */
export async function startChaosInstance(
  openLines: (dataDir: string, apiPort: () => number) => Promise<Lines>,
) {
  const root = findRoot(import.meta.url);
  const dataDir = await mkdtemp(join(tmpdir(), 'stampede-chaos-'));
  const folder = join(dataDir, 'chaos');
  await mkdir(folder, { mode: 0o700 });
  let apiPort = 0;
  const lines = await openLines(dataDir, () => apiPort);
  const deaths = new Map<ProcessRole, number[]>();
  const begun = new Set<number>();
  let printed = '';
  let env: Record<AppRole, Record<string, string>> = { api: {}, worker: {} };
  let supervisor: SupervisedProcess | undefined;

  const note = (role: ProcessRole): void => void deaths.set(role, [...(deaths.get(role) ?? []), Date.now()]);
  const tellSettings = (): void =>
    writeSettings(folder, {
      api: {
        redisPort: lines.proxies['api-redis'].port,
        postgresPort: lines.proxies['api-postgres'].port,
        env: env.api,
      },
      worker: {
        redisPort: lines.proxies['worker-redis'].port,
        postgresPort: lines.proxies['worker-postgres'].port,
        env: env.worker,
      },
    });

  const launch = async (triesLeft = 2): Promise<void> => {
    apiPort = await findFreePort();
    tellSettings();
    supervisor = await spawnTethered({
      program: process.execPath,
      args: [fileURLToPath(new URL('scripts/start.mjs', root))],
      stopSignal: 'TERM',
      cwd: fileURLToPath(root),
      env: environmentWith({
        ...{ DATABASE_URL: undefined, REDIS_URL: undefined, JWT_SECRET: undefined },
        ...{ WEB_CONCURRENCY: String(PROCESSES.api), SETTLE_CONCURRENCY: String(PROCESSES.worker) },
        ...{ DEMO: '0', NODE_ENV: 'production', PORT: String(apiPort), DATA_DIR: dataDir },
        // Built: the processes know nothing of TypeScript.
        NODE_OPTIONS: `--import=${new URL('dist/stress/chaos/preload.js', root).href}`,
        [FOLDER_VARIABLE]: folder,
      }),
      onLine: (line) => (printed = `${printed}${line}\n`.slice(-MOST_PRINTED)),
    });
    const ended = supervisor.exited.then(() => 'ended' as const);
    const ready = instance.untilReady(READY_WITHIN_MS).then(() => 'ready' as const);
    const outcome = await Promise.race([ended, ready]).catch((error: unknown) => {
      throw new Error(`Stampede did not get ready:\n${printed}`, { cause: error });
    });
    if (outcome === 'ended') {
      ready.catch(() => undefined); // nobody waits for it any more
      // A port that was free may be somebody's outgoing connection a moment later.
      if (triesLeft > 0) return launch(triesLeft - 1);
      throw new Error(`Stampede ended at once:\n${printed}`);
    }
    for (const role of ['api', 'worker'] as const) await instance.untilBack(role, []);
  };

  const end = (role: ProcessRole, pid: number, how: NodeJS.Signals): boolean => {
    if (!isAlive(pid)) return false;
    note(role);
    signal(pid, how);
    return true;
  };

  const instance: OwnInstance = {
    url: `http://127.0.0.1:${lines.proxies['client-api'].port}`,
    dataDir,
    folder,
    async read() {
      const file = await readInstanceFile(dataDir);
      if (!file) throw new Error(`Stampede is gone:\n${printed}`);
      return file;
    },
    async pids(role) {
      const file = await readInstanceFile(dataDir);
      return (file?.processes ?? []).flatMap((one) => (one.role === role ? [one.pid] : []));
    },
    deathsOf: (role) => deaths.get(role) ?? [],
    kill: async (role, pid) => end(role, pid, 'SIGKILL'),
    stopProcess: async (role, pid) => end(role, pid, 'SIGTERM'),
    signal,
    noteDeath: note,
    async untilBack(role, gone, withinMs = 30_000) {
      const isBack = async (): Promise<boolean> => {
        const pids = await instance.pids(role);
        if (pids.length !== PROCESSES[role] || pids.some((pid) => gone.includes(pid))) return false;
        if (role !== 'api' && role !== 'worker') return true;
        for (const pid of pids) {
          if (begun.has(pid)) continue;
          if (!(await hasBegun(dataDir, role, pid))) return false;
          begun.add(pid); // its log goes on, and its first line goes out of sight
        }
        return true;
      };
      await waitFor(isBack, `${role} is back`, withinMs);
    },
    async hang(pid, ms) {
      await writeFile(hangFile(folder, pid), String(ms));
      signal(pid, HANG_SIGNAL);
    },
    async untilReady(withinMs = 30_000) {
      const isReady = async (): Promise<boolean> => {
        if (!(await readInstanceFile(dataDir))) return false;
        const signal = AbortSignal.timeout(2_000);
        const answer = await fetch(`http://127.0.0.1:${apiPort}/api/health/ready`, { signal });
        await answer.body?.cancel();
        return answer.ok;
      };
      await waitFor(() => isReady().catch(() => false), 'the instance is ready', withinMs);
    },
    async killSupervisor() {
      const { processes } = await instance.read();
      for (const { role, pid } of processes) {
        note(role);
        if (role === 'supervisor') signal(pid, 'SIGKILL');
      }
      for (const { role, pid } of processes) {
        if (!(await isGoneWithin(pid, 15_000))) throw new Error(`${role} outlives its supervisor`);
      }
      await supervisor?.exited;
      await rm(join(dataDir, 'instance.json'), { force: true }); // of the one before: nobody takes it for the next one
    },
    startAgain: () => launch(),
    async configure(next) {
      const changed = (['api', 'worker'] as const).filter(
        (role) => JSON.stringify(next[role]) !== JSON.stringify(env[role]),
      );
      env = next;
      tellSettings();
      for (const role of changed) {
        const pids = await instance.pids(role);
        for (const pid of pids) end(role, pid, 'SIGTERM');
        await instance.untilBack(role, pids);
      }
      if (changed.length > 0) await instance.untilReady();
    },
    async saveLogs(to) {
      await mkdir(to, { recursive: true });
      await writeFile(join(to, 'supervisor.log'), printed);
      await cp(join(dataDir, 'logs'), to, { recursive: true });
    },
    async stop() {
      supervisor?.stop();
      await supervisor?.exited;
      await emptyInstance(dataDir);
      await rm(dataDir, { recursive: true, force: true });
      await lines.close();
    },
  };
  try {
    await launch();
    return { instance, lines };
  } catch (error) {
    await instance.stop();
    throw error;
  }
}
