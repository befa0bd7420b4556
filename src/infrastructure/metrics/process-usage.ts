import { randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import { PROCESSES_KEY } from '../redis/keys.ts';
import { Meters } from './meters.ts';
import type { Family } from './prometheus-text.ts';

const REPORT_EVERY_MS = 2_000;
/** A report older than that is of a process that died, or that has been blocked for as long. */
const REPORT_COUNTS_FOR_MS = 10_000;
const LOOP_SAMPLED_EVERY_MS = 20;

export type ProcessRole = 'api' | 'worker';

interface Report {
  role: ProcessRole;
  /** By the gate's clock. */
  atMs: number;
  residentBytes: number;
}

/** Makes this process's meters, and tells every 2 s what they counted and what the process uses itself. */
export function createProcessMeters({
  redis,
  clock,
  role,
}: {
  redis: Redis;
  clock: Clock;
  role: ProcessRole;
}) {
  const processId = randomUUID();
  const meters = new Meters({ redis });
  const loopDelay = monitorEventLoopDelay({ resolution: LOOP_SAMPLED_EVERY_MS });
  loopDelay.enable();
  let cpuBefore = process.cpuUsage();

  const report = async (): Promise<void> => {
    const cpu = process.cpuUsage();
    meters.add(
      'process_cpu_seconds_total',
      [role],
      (cpu.user - cpuBefore.user + cpu.system - cpuBefore.system) / 1e6,
    );
    cpuBefore = cpu;
    const lateMs = Math.max(0, loopDelay.max / 1e6 - LOOP_SAMPLED_EVERY_MS);
    meters.observe('nodejs_eventloop_delay_max_seconds', [role], lateMs / 1000);
    loopDelay.reset();
    const told: Report = { role, atMs: clock.now(), residentBytes: process.memoryUsage.rss() };
    await Promise.all([redis.hset(PROCESSES_KEY, processId, JSON.stringify(told)), meters.flush()]);
  };
  const reportIfPossible = (): void => void report().catch(() => undefined); // told the next time

  reportIfPossible();
  const timer = setInterval(reportIfPossible, REPORT_EVERY_MS);
  timer.unref();
  return {
    meters,
    async close(): Promise<void> {
      clearInterval(timer);
      loopDelay.disable();
      await Promise.all([meters.flush(), redis.hdel(PROCESSES_KEY, processId)]).catch(() => undefined);
    },
  };
}

/** @returns what the processes of each role use now; forgets those that have not reported for long */
export async function readProcessUsage({ redis, clock }: { redis: Redis; clock: Clock }): Promise<Family[]> {
  const sinceMs = clock.now() - REPORT_COUNTS_FOR_MS;
  const all = Object.entries(await redis.hgetall(PROCESSES_KEY)).map(
    ([id, text]) => [id, JSON.parse(text) as Report] as const,
  );
  const gone = all.flatMap(([id, { atMs }]) => (atMs < sinceMs ? [id] : []));
  if (gone.length > 0) await redis.hdel(PROCESSES_KEY, ...gone);
  const present = all.flatMap(([, told]) => (told.atMs < sinceMs ? [] : [told]));

  const gauge = (name: string, help: string, sumUp: (reports: readonly Report[]) => number): Family => ({
    ...{ name, help, type: 'gauge' },
    samples: (['api', 'worker'] as const).map((role) => ({
      labels: { role },
      value: sumUp(present.filter((told) => told.role === role)),
    })),
  });
  return [
    gauge('stampede_processes', 'Processes that live.', (reports) => reports.length),
    gauge('process_resident_memory_bytes', 'Memory of all processes of a role.', (reports) =>
      reports.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
    ),
  ];
}
