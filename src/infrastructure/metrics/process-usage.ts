import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Redis } from '../redis/redis.ts';
import type { Clock } from '../clock.ts';
import { PROCESSES_KEY } from '../redis/keys.ts';
import { Meters } from './meters.ts';
import type { Family } from './prometheus-text.ts';

const REPORT_EVERY_MS = 1_000;
/** What is counted is added to the sums at every second report. */
const REPORTS_A_FLUSH = 2;
/** A report older than that is of a process that died, or that has been blocked for as long. */
const REPORT_COUNTS_FOR_MS = 10_000;
const LOOP_SAMPLED_EVERY_MS = 20;

export type ProcessRole = 'api' | 'worker';

/** What one process told of itself. */
export interface ProcessReport {
  role: ProcessRole;
  host: string;
  pid: number;
  /** By the gate's clock, as is `startedAtMs`. */
  atMs: number;
  startedAtMs: number;
  residentBytes: number;
  /** Since the report before: share of a core, and the longest its event loop was late, ms. */
  cpu: number;
  loopLateMs: number;
  /** What this machine's clock is ahead of the gate's, ms. */
  clockAheadMs: number;
}

/** Makes this process's meters, and tells every second what the process uses; what was counted, every 2 s. */
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
  const startedAtMs = clock.now();
  const meters = new Meters({ redis });
  const loopDelay = monitorEventLoopDelay({ resolution: LOOP_SAMPLED_EVERY_MS });
  loopDelay.enable();
  let cpuBefore = process.cpuUsage();
  let reportedAt = performance.now();
  let reports = 0;
  let latestLateMs = 0;

  const report = async (): Promise<void> => {
    const cpu = process.cpuUsage();
    const cpuSec = (cpu.user - cpuBefore.user + cpu.system - cpuBefore.system) / 1e6;
    const passedSec = Math.max(0.001, (performance.now() - reportedAt) / 1000);
    cpuBefore = cpu;
    reportedAt = performance.now();
    const loopLateMs = Math.max(0, loopDelay.max / 1e6 - LOOP_SAMPLED_EVERY_MS);
    loopDelay.reset();
    latestLateMs = Math.max(latestLateMs, loopLateMs);
    meters.add('process_cpu_seconds_total', [role], cpuSec);
    const flushes = reports % REPORTS_A_FLUSH === 0;
    reports += 1;
    if (flushes) {
      meters.observe('nodejs_eventloop_delay_max_seconds', [role], latestLateMs / 1000);
      latestLateMs = 0;
    }
    const now = clock.now();
    const told: ProcessReport = {
      ...{ role, host: hostname(), pid: process.pid, atMs: now, startedAtMs },
      residentBytes: process.memoryUsage.rss(),
      cpu: Math.round((cpuSec / passedSec) * 1000) / 1000,
      loopLateMs: Math.round(loopLateMs * 10) / 10,
      clockAheadMs: Date.now() - now,
    };
    await Promise.all([
      redis.hset(PROCESSES_KEY, processId, JSON.stringify(told)),
      ...(flushes ? [meters.flush()] : []),
    ]);
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

/** @returns what each process that lives told last, by its id; forgets those that have not reported for long */
export async function readProcesses({
  redis,
  clock,
}: {
  redis: Redis;
  clock: Clock;
}): Promise<Map<string, ProcessReport>> {
  const sinceMs = clock.now() - REPORT_COUNTS_FOR_MS;
  const all = Object.entries(await redis.hgetall(PROCESSES_KEY)).map(
    ([id, text]) => [id, JSON.parse(text) as ProcessReport] as const,
  );
  const gone = all.flatMap(([id, { atMs }]) => (atMs < sinceMs ? [id] : []));
  if (gone.length > 0) await redis.hdel(PROCESSES_KEY, ...gone);
  return new Map(all.filter(([, told]) => told.atMs >= sinceMs));
}

/** @returns what the processes of each role use now */
export async function readProcessUsage(deps: { redis: Redis; clock: Clock }): Promise<Family[]> {
  const present = [...(await readProcesses(deps)).values()];
  const gauge = (
    name: string,
    help: string,
    sumUp: (reports: readonly ProcessReport[]) => number,
  ): Family => ({
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
