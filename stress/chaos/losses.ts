import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import { isAccepted } from '../../src/features/purchase/history/history.ts';
import type { AckDurability } from './fault.ts';

/** A client's clock and the moment a death is noted differ by this much at most, ms. */
const NOTED_WITHIN_MS = 100;

/**
 * What a round may have lost under `queued`: attempts that were sent before Redis lost its data *and* before an API process
 * died, and accepted. Under `committed`, and unless both happened, nothing. The time of the answer will not do: on a busy
 * machine the client reads it half a second after the process that wrote it has died.
 *
 * @param redisLostAtMs  when Redis lost data
 * @param apiDiedAtMs    when an API process died
 */
export function whatMayBeLost(
  ack: AckDurability,
  { redisLostAtMs, apiDiedAtMs }: { redisLostAtMs: readonly number[]; apiDiedAtMs: readonly number[] },
  seen: () => readonly JournalEntry[],
): ((attemptId: string) => boolean) | undefined {
  if (ack === 'committed' || redisLostAtMs.length === 0 || apiDiedAtMs.length === 0) return undefined;
  const beforeMs = Math.min(Math.max(...redisLostAtMs), Math.max(...apiDiedAtMs)) + NOTED_WITHIN_MS;
  const early = new Set<string>();
  for (const entry of seen()) {
    if (isAccepted(entry) && (entry.sentAt ?? entry.t) <= beforeMs) early.add(entry.attemptId ?? '');
  }
  return (attemptId) => early.has(attemptId);
}
