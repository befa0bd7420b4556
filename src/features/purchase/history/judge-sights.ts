import { groupBy } from '../../../utils/group-by.ts';
import type { JournalEntry } from '../journal.ts';
import type { DecidedAttempt } from '../purchase.model.ts';
import { verdict, type Finding, type History, type HistoryRules, type HistoryVerdict } from './history.ts';

/**
 * I10: nothing a client saw goes back. One sight is later than another when its request was sent after the other had
 * arrived: of two answers that crossed on the way nobody can tell. On one socket messages keep their order. An attempt
 * that may be lost is admitted anew when its key comes again, at the end of the line.
 */
export function judgeSights(
  { journal, stores }: History,
  { mayBeLost = () => false }: HistoryRules,
): HistoryVerdict {
  const stored = new Map(stores.attempts.map((attempt) => [attempt.attemptId, attempt]));
  const told = journal.filter(({ status, attemptId }) => status !== undefined && attemptId !== undefined);
  const watched = groupBy(told, ({ attemptId = '' }) => attemptId);
  const findings: Finding[] = [];
  let [back, untrue] = [0, 0];
  for (const [attemptId, sights] of watched) {
    const step = findStepBack(mayBeLost(attemptId) ? sights.filter(isDecided) : sights);
    if (step) {
      back += 1;
      findings.push({ what: `${attemptId} went back`, seen: step });
    }
    const truth = stored.get(attemptId);
    const lie = truth && sights.find((sight) => sight.status !== 'queued' && !agrees(sight, truth));
    if (lie) {
      untrue += 1;
      findings.push({ what: `${attemptId} was told what is not stored`, seen: [lie] });
    }
  }
  const ticks = journal.filter(({ socket, seq }) => socket !== undefined && seq !== undefined);
  let ticksBack = 0;
  for (const ofSocket of groupBy(ticks, ({ socket = '' }) => socket).values()) {
    ofSocket.forEach((tick, index) => {
      const before = ofSocket[index - 1];
      if (!before || (tick.seq ?? 0) >= (before.seq ?? 0)) return;
      ticksBack += 1;
      findings.push({ what: `seq fell from ${before.seq ?? 0} to ${tick.seq ?? 0}`, seen: [before, tick] });
    });
  }
  const detail =
    `${watched.size} attempts watched, ${back} went back, ${untrue} were told another outcome than the stored one; ` +
    `${ticks.length} ticks, ${ticksBack} went back`;
  return verdict('I10', detail, findings);
}

const isDecided = ({ status }: JournalEntry): boolean => status !== 'queued';

function findStepBack(sights: readonly JournalEntry[]): [JournalEntry, JournalEntry] | null {
  const inOrder = [...sights].sort((a, b) => a.t - b.t);
  for (const later of inOrder) {
    const sentAt = later.sentAt ?? later.t;
    for (const earlier of inOrder) {
      if (earlier.t >= sentAt) break;
      if (isBehind(later, earlier)) return [earlier, later];
    }
  }
  return null;
}

function isBehind(later: JournalEntry, earlier: JournalEntry): boolean {
  if (earlier.status === 'queued') {
    if (later.status !== 'queued') return false;
    return (
      later.position !== undefined && earlier.position !== undefined && later.position > earlier.position
    );
  }
  return (
    later.status !== earlier.status || later.orderId !== earlier.orderId || later.reason !== earlier.reason
  );
}

function agrees(sight: JournalEntry, truth: DecidedAttempt): boolean {
  if (sight.status !== truth.outcome) return false;
  return truth.outcome === 'confirmed' ? sight.orderId === truth.orderId : sight.reason === truth.reason;
}
