import { readUsage } from '../bench/process-usage.ts';
import type { OwnInstance } from './instance.ts';
import type { MemoryTrace } from './judge-memory.ts';

const READ_EVERY_MS = 2_000;
/**
 * Not PostgreSQL: what is resident of its backends is mostly the buffers they share, as far as each has touched them, and that
 * has no end before all of them have touched all.
 */
const ROLES = ['supervisor', 'api', 'worker', 'redis'] as const;

/** Reads the memory of the instance's processes every two seconds, until it is stopped. */
export function watchMemory(instance: OwnInstance): { stop(): MemoryTrace[] } {
  const traces = new Map<number, MemoryTrace>();
  const read = async (): Promise<void> => {
    for (const role of ROLES) {
      for (const pid of await instance.pids(role)) {
        const usage = (await readUsage({ [role]: [pid] }))[role];
        if (!usage || usage.processes === 0) continue;
        const trace = traces.get(pid) ?? { role, pid, samples: [] };
        traces.set(pid, trace);
        trace.samples.push({ atMs: Date.now(), rssMb: usage.maxRssMb });
      }
    }
  };
  let reading: Promise<void> | null = null;
  const timer = setInterval(() => {
    // A process that ends meanwhile, or a folder that is written just now, is read the next time.
    reading ??= read()
      .catch(() => undefined)
      .finally(() => (reading = null));
  }, READ_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return [...traces.values()];
    },
  };
}
