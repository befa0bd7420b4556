import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

export interface Machine {
  cores: number;
  processor: string;
  memoryGb: number;
  system: string;
  node: string;
  /** Of the instance, as it tells itself. */
  version: string;
}

/** The machine that generator and instance share, and the instance's version. */
export async function describeMachine(url: string): Promise<Machine> {
  const answer = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
  const health = ((await answer?.json().catch(() => null)) ?? {}) as { version?: string; commit?: string };
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1e8) / 10,
    system: `${type()} ${release()}`,
    node: process.version,
    version: `${health.version ?? 'unknown'} (${health.commit?.slice(0, 10) ?? 'unknown'})`,
  };
}
