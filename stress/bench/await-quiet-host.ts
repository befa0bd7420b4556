import { setTimeout as pause } from 'node:timers/promises';
import { readCoreTime, stolenShareBetween } from './machine.ts';

/** The host is quiet when it took less than this share of the cores … */
const QUIET_BELOW = 0.01;
/** … for so long; of two cores 400 ticks, so four of them are the share. */
const LOOKED_AT_FOR_MS = 2_000;

/**
 * Waits until the host leaves the cores to us; its waves are seconds to minutes long. Returns at once where nobody can tell.
 *
 * @param mostMs  goes on after so long, whatever the host does; 0 does not look at all
 * @returns how long it waited, ms: one look at least, unless `mostMs` is less
 */
export async function awaitQuietHost(
  mostMs: number,
  { read = readCoreTime, lookedAtForMs = LOOKED_AT_FOR_MS } = {},
): Promise<number> {
  const startedAt = performance.now();
  const waited = (): number => performance.now() - startedAt;
  let before = await read();
  while (before !== null && waited() + lookedAtForMs <= mostMs) {
    await pause(lookedAtForMs);
    const after = await read();
    if ((stolenShareBetween(before, after) ?? 0) < QUIET_BELOW) break;
    before = after;
  }
  return waited();
}
