import type { Clock } from '../../infrastructure/clock.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import { readMeters } from '../../infrastructure/metrics/meters.ts';
import { readProcessUsage } from '../../infrastructure/metrics/process-usage.ts';
import { writeFamilies, type Family } from '../../infrastructure/metrics/prometheus-text.ts';
import { readRepairs } from '../../infrastructure/metrics/repairs.ts';
import type { SettleQueue } from '../../infrastructure/queue/settle-queue.ts';
import { WORKERS_ALIVE_KEY } from '../../infrastructure/redis/keys.ts';
import { createKeeper } from '../../utils/keep-fresh.ts';
import { within } from '../../utils/within.ts';
import { readPromises, readSaleMetrics, type SaleMetricsDeps } from './read-sale-metrics.ts';

/** However often a process is asked, ms. */
const FRESH_MS = 1_000;
/** A part whose store does not answer is left out, so that the others are seen just then, ms. */
const PART_DEADLINE_MS = 3_000;

export interface MetricsDeps extends SaleMetricsDeps {
  clock: Clock;
  queue: Pick<SettleQueue<unknown>, 'counts'>;
  logger: Logger;
}

/** @returns one text for all processes of all hosts, whichever is asked */
export type ReadMetrics = () => Promise<string>;

/** Reads everything from the stores, where all processes count together; a text is kept for a second. */
export function createReadMetrics(deps: MetricsDeps): ReadMetrics {
  const parts = {
    sales: () => readSaleMetrics(deps),
    promises: () => readPromises(deps),
    queue: () => readQueue(deps),
    repairs: () => readRepairFamilies(deps),
    meters: () => readMeters(deps.redis),
    processes: () => readProcessUsage(deps),
  };
  const keep = createKeeper(FRESH_MS, async () => {
    const read = await Promise.all(
      Object.entries(parts).map(async ([part, readPart]) => {
        const families = await within(PART_DEADLINE_MS, readPart).catch((error: unknown) => {
          deps.logger.warn('a part of the metrics was not read', { part, error: String(error) });
          return null;
        });
        return { part, families };
      }),
    );
    const missing: Family = {
      name: 'stampede_metrics_part_missing',
      help: 'Whether a part of this text is missing, 1 or 0, because its store did not answer.',
      type: 'gauge',
      samples: read.map(({ part, families }) => ({ labels: { part }, value: families ? 0 : 1 })),
    };
    return writeFamilies([...read.flatMap(({ families }) => families ?? []), missing]);
  });
  return () => keep('');
}

async function readQueue({ redis, clock, queue }: MetricsDeps): Promise<Family[]> {
  const [{ waiting, active, delayed, failed, oldestMs }, workers] = await Promise.all([
    queue.counts(),
    redis.zcount(WORKERS_ALIVE_KEY, clock.now(), '+inf'),
  ]);
  return [
    {
      name: 'stampede_queue_jobs',
      help: 'Jobs by state; a person must look into those set aside, the last 1,000 of which are counted.',
      type: 'gauge',
      samples: Object.entries({ waiting, active, delayed, set_aside: failed }).map(([state, value]) => ({
        labels: { state },
        value,
      })),
    },
    gauge('stampede_queue_oldest_age_seconds', 'How long the job that waits longest has.', oldestMs / 1000),
    gauge('stampede_workers_alive', 'Worker processes that told within 3 s that they live.', workers),
  ];
}

async function readRepairFamilies({ redis }: MetricsDeps): Promise<Family[]> {
  const repairs = Object.entries(await readRepairs(redis));
  return [
    {
      name: 'stampede_repairs_total',
      help: 'What healed by itself.',
      type: 'counter',
      samples: repairs.map(([repair, value]) => ({ labels: { repair: toSnakeCase(repair) }, value })),
    },
  ];
}

function gauge(name: string, help: string, value: number): Family {
  return { name, help, type: 'gauge', samples: [{ labels: {}, value }] };
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
