import type { InstanceSampleBody, LiveBody, LiveEventBody, SaleSampleBody } from '../contracts/live-http.ts';

const HOUR_SEC = 3_600;
const UNITS = 10_000;

type Hour = Required<
  Pick<LiveBody, 'saleSamples' | 'instanceSamples' | 'events' | 'processes' | 'redis' | 'postgres'>
> & { stock: { total: number; sold: number; promised: number; remaining: number } };

/** An hour of a drop as it would have been told: a rush, a pause, a second wave, a worker that died. */
export function aBusyHour(nowSec: number): Hour {
  const saleSamples: SaleSampleBody[] = [];
  const instanceSamples: InstanceSampleBody[] = [];
  let [sold, promised] = [0, 0];
  for (let second = 0; second < HOUR_SEC; second += 1) {
    const at = nowSec - HOUR_SEC + second;
    const isPaused = second > 2_200 && second < 2_500;
    const isOutOfWork = second > 3_100 && second < 3_160;
    const wave = 1 + 0.35 * Math.sin(second / 23) + 0.25 * Math.sin(second / 7);
    const rush = 260 * Math.exp(-second / 500) + 120 * Math.exp(-(((second - 3_000) / 260) ** 2)) + 9;
    const received = Math.round(rush * wave);
    const admitted = isPaused ? 0 : Math.min(Math.round(received * 0.045), UNITS - sold - promised);
    promised += admitted;
    const confirmed = isOutOfWork ? 0 : Math.min(promised, 40);
    promised -= confirmed;
    sold += confirmed;
    const refused = received - admitted;
    const slowMs = isOutOfWork ? 900 : 0;
    const refusals: Record<string, number> = isPaused
      ? { sale_paused: refused }
      : { limit_reached: Math.round(refused * 0.5), rate_limited: Math.round(refused * 0.3) };
    saleSamples.push({
      ...{ at, spanSec: 1, total: UNITS, sold, remaining: UNITS - sold - promised },
      counts: { received, ...(confirmed > 0 ? { confirmed } : {}), ...refusals },
      latencyMs: {
        accept: [1, 2 + wave, 6],
        ...(confirmed > 0
          ? { settle: [8, 14 * wave + slowMs, 60], outcome: [12, 22 * wave + slowMs, 90] }
          : {}),
      },
    });
    const oldestMs = isOutOfWork ? (second - 3_100) * 1_000 : promised * 9;
    instanceSamples.push({
      ...{ at, jobs: promised, oldestMs, cpu: 0.1 + rush / 400, memoryBytes: 4e8 },
      ...{ loopLateMs: 2 + 6 * wave, redisMs: 0.3, postgresMs: 0.9 },
    });
  }
  return {
    ...{ saleSamples, instanceSamples, events: eventsFrom(nowSec - HOUR_SEC), ...machines(nowSec) },
    stock: { total: UNITS, sold, promised, remaining: UNITS - sold - promised },
  };
}

function eventsFrom(startSec: number): LiveEventBody[] {
  const by = 'Ada';
  return [
    {
      id: 'hour:1',
      at: startSec + 2_200,
      kind: 'operator',
      action: 'sale.pause',
      by,
      reason: 'counting again',
    },
    { id: 'hour:2', at: startSec + 2_500, kind: 'operator', action: 'sale.resume', by, reason: 'all there' },
    { id: 'hour:3', at: startSec + 3_101, kind: 'process_ended', process: 'worker 4711' },
    { id: 'hour:4', at: startSec + 3_160, kind: 'process_started', process: 'worker 4802' },
    { id: 'hour:5', at: startSec + 3_161, kind: 'batches_enqueued_again', count: 14 },
  ];
}

function machines(nowSec: number): Pick<Hour, 'processes' | 'redis' | 'postgres'> {
  const startedAt = new Date((nowSec - 2 * HOUR_SEC) * 1_000).toISOString();
  const process = (role: 'api' | 'worker', pid: number, cpu: number) => ({
    ...{ id: String(pid), role, host: 'shop-1', pid, startedAt, cpu, residentBytes: 1e8 + pid * 2e4 },
    ...{ loopLateMs: cpu * 30, clockAheadMs: 1, ageMs: 400 },
  });
  return {
    processes: [process('api', 4_690, 0.34), process('api', 4_691, 0.91), process('worker', 4_802, 0.22)],
    redis: {
      ...{ latencyMs: 0.3, version: '7.4', usedBytes: 6.1e7, maxBytes: 5.4e8, evictionPolicy: 'noeviction' },
      ...{ appendOnly: true, appendFsync: 'everysec', isWriteOk: true, commandsPerSec: 4_210, clients: 14 },
    },
    postgres: {
      ...{ latencyMs: 0.9, version: '18', connections: 21, mostConnections: 97, ownConnections: 19 },
      ...{ waitingForLock: 0, longestTransactionMs: 12, synchronousCommit: 'on', fsync: 'on' },
    },
  };
}
