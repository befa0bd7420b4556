import type { SettledAttempt } from './read-settled.ts';
import type { Wish } from './wish.ts';

/**
 * How long the accepted wishes took, ms: `accept` from the request to its 202, `settle` from the gate's promise to the
 * transaction. A group's have its name behind them (`accept quiet`) and count in no other.
 */
export function wishTimes(
  wishes: Iterable<Wish>,
  settled: readonly SettledAttempt[],
): Record<string, readonly number[]> {
  const groups = new Map<string, string>();
  const times: Record<string, number[]> = { accept: [], settle: [] };
  for (const { group, accepted } of wishes) {
    if (!accepted) continue;
    if (group !== undefined) groups.set(accepted.attemptId, group);
    (times[named('accept', group)] ??= []).push(accepted.acceptMs);
  }
  for (const { id, admitted, settled: at } of settled) {
    (times[named('settle', groups.get(id))] ??= []).push(at - admitted);
  }
  return times;
}

const named = (kind: string, group: string | undefined): string =>
  group === undefined ? kind : `${kind} ${group}`;
