import { groupBy } from '../../../utils/group-by.ts';
import { epochOf } from '../../../utils/sequence.ts';
import type { JournalEntry } from '../journal.ts';
import {
  isAccepted,
  unitsOf,
  verdict,
  type Finding,
  type History,
  type HistoryVerdict,
  type StoredState,
} from './history.ts';

/** Units that came back are on sale again within this time: an announcement or a repair may have waited for a healing, ms. */
const BACK_ON_SALE_WITHIN_MS = 10_000;

/** I6: nobody has more than the limit. */
export function judgeLimit({ journal, stores }: History): HistoryVerdict {
  const { perShopperLimit } = stores.sale;
  const bought = groupBy(
    stores.orders.filter(({ status }) => status === 'confirmed'),
    ({ shopperId }) => shopperId,
  );
  const findings: Finding[] = [];
  for (const [shopperId, orders] of bought) {
    const units = unitsOf(orders);
    if (units <= perShopperLimit) continue;
    const seen = journal.filter((entry) => entry.userId === shopperId && isAccepted(entry));
    findings.push({ what: `${shopperId} has ${units}`, seen });
  }
  return verdict('I6', `${findings.length} shoppers have more than ${perShopperLimit}`, findings);
}

/** I7: the gate admitted nothing outside the sale's window, by its own clock. */
export function judgeWindow({ journal, stores }: History): HistoryVerdict {
  const { startsAtMs, endsAtMs } = stores.sale;
  const isOutside = (atMs: number): boolean => atMs < startsAtMs || atMs >= endsAtMs;
  const admitted = [...stores.attempts, ...(stores.gate?.inflight ?? [])].filter(
    ({ sequence }) => sequence > 0,
  );
  const told = journal.filter((entry) => entry.queuedAt !== undefined && isOutside(entry.queuedAt));
  const toldById = groupBy(told, ({ attemptId = '' }) => attemptId);
  const findings: Finding[] = admitted
    .filter(({ admittedAtMs }) => isOutside(admittedAtMs))
    .map(({ attemptId, admittedAtMs }) => ({
      what: `${attemptId} was admitted at ${new Date(admittedAtMs).toISOString()}`,
      seen: journal.filter((entry) => entry.attemptId === attemptId),
    }));
  const stored = new Set(admitted.map(({ attemptId }) => attemptId));
  for (const [attemptId, seen] of toldById) {
    if (!stored.has(attemptId)) findings.push({ what: `${attemptId} was said to be admitted`, seen });
  }
  return verdict(
    'I7',
    `${findings.length} of ${admitted.length} attempts admitted outside the window`,
    findings,
  );
}

/** I8: first come, first served. */
export function judgeOrder(history: History): HistoryVerdict {
  const { attempts, gate } = history.stores;
  const inOrder = [...attempts, ...(gate?.inflight.filter(isNew(attempts)) ?? [])]
    .filter(({ sequence }) => sequence > 0)
    .sort((a, b) => a.sequence - b.sequence);
  const findings: Finding[] = [];
  inOrder.forEach((later, index) => {
    const earlier = inOrder[index - 1];
    if (!earlier) return;
    if (earlier.sequence === later.sequence)
      findings.push({ what: `${earlier.attemptId} and ${later.attemptId} have one sequence` });
    else if (earlier.admittedAtMs > later.admittedAtMs)
      findings.push({ what: `${later.attemptId} is numbered after ${earlier.attemptId} and was earlier` });
  });
  const surplus = attempts.filter(
    (attempt) => attempt.outcome === 'rejected' && attempt.reason !== 'set_aside',
  ).length;
  const detail = `${inOrder.length} attempts in order, ${surplus} surplus refusals`;
  return verdict('I8', detail, [...findings, ...findOvertaken(history)]);
}

function isNew(attempts: StoredState['attempts']): (one: { attemptId: string }) => boolean {
  const stored = new Set(attempts.map(({ attemptId }) => attemptId));
  return ({ attemptId }) => !stored.has(attemptId);
}

/**
 * Who was told `sold_out` before another one, who wanted as many, even asked for the first time, and was admitted. Not
 * when units came back in between: by a rejection, a cancellation, an operator, or with a rebuilt gate. Only of attempts
 * that are stored: of a lost one nobody knows in which epoch it was admitted.
 */
function findOvertaken({ journal, stores }: History): Finding[] {
  const backAt = comeBacks(stores);
  const cameBack = (fromMs: number, toMs: number): boolean => backAt.some((at) => at >= fromMs && at <= toMs);
  const stored = new Set(stores.attempts.map(({ attemptId }) => attemptId));
  const isAdmitted = (entry: JournalEntry): boolean =>
    isAccepted(entry) && entry.status !== 'rejected' && stored.has(entry.attemptId ?? '');
  const findings: Finding[] = [];
  for (const entries of groupBy(journal, ({ quantity }) => String(quantity)).values()) {
    if (entries[0]?.quantity === undefined) continue;
    const refused = entries.filter(({ code }) => code === 'sold_out').sort((a, b) => a.t - b.t);
    if (refused.length === 0) continue;
    for (const asked of groupBy(entries, keyOf).values()) {
      const firstSentAt = Math.min(...asked.map(({ sentAt, t }) => sentAt ?? t));
      const admitted = asked.find(isAdmitted);
      const before = lastBefore(refused, firstSentAt);
      if (!admitted || !before) continue;
      if (cameBack((before.sentAt ?? before.t) - BACK_ON_SALE_WITHIN_MS, admitted.t + BACK_ON_SALE_WITHIN_MS))
        continue;
      const what = `${admitted.attemptId ?? ''} was admitted after somebody was told sold out`;
      findings.push({ what, seen: [before, admitted] });
    }
  }
  return findings;
}

const keyOf = ({ userId, idempotencyKey, attemptId = '' }: JournalEntry): string =>
  `${userId}:${idempotencyKey ?? attemptId}`;

/** When units came back, epoch ms. A sale's first gate has epoch 1; with every later one, those of a lost promise may. */
function comeBacks({ attempts, movements }: StoredState): number[] {
  const firstOfEpoch = new Map<number, number>();
  for (const { sequence, admittedAtMs } of attempts) {
    const epoch = epochOf(sequence);
    if (epoch > 1) firstOfEpoch.set(epoch, Math.min(firstOfEpoch.get(epoch) ?? Infinity, admittedAtMs));
  }
  return [
    ...attempts.flatMap(({ outcome, settledAtMs }) => (outcome === 'rejected' ? [settledAtMs] : [])),
    ...movements.flatMap(({ delta, cause, atMs }) => (delta > 0 && cause !== 'initial' ? [atMs] : [])),
    ...firstOfEpoch.values(),
  ];
}

/** @param refused  in order of arrival */
function lastBefore(refused: readonly JournalEntry[], beforeMs: number): JournalEntry | undefined {
  let [low, high] = [0, refused.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((refused[middle]?.t ?? Infinity) < beforeMs) low = middle + 1;
    else high = middle;
  }
  return refused[low - 1];
}
