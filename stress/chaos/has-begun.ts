import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppRole } from './fault.ts';

/** What a process logs when it takes work. */
const BEGUN: Record<AppRole, string> = { api: 'listening', worker: 'settling' };
const TAIL_BYTES = 262_144;

/** Whether a process of the instance has booted: it says so in its role's log. */
export async function hasBegun(dataDir: string, role: AppRole, pid: number): Promise<boolean> {
  const file = await open(join(dataDir, 'logs', `${role}.log`)).catch(() => null);
  if (!file) return false;
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer
      .toString()
      .split('\n')
      .some((line) => line.includes(`"message":"${BEGUN[role]}"`) && line.includes(`"pid":${pid}`));
  } finally {
    await file.close();
  }
}
