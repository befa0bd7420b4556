import type { JournalEntry } from '../journal.ts';
import { verdict, type Finding, type History, type HistoryRules, type HistoryVerdict } from './history.ts';

/** Everything is decided within this time once nothing is broken any more, ms. */
const DECIDED_WITHIN_MS = 10_000;
/** A client that got nothing for so long was not impatient, ms. */
const TIMED_OUT_AFTER_MS = 5_000;

/** I11: after the last fault healed, everything was decided in time. */
export function judgePromptness({ stores }: History, { healedAtMs }: HistoryRules): HistoryVerdict {
  const { gate, attempts } = stores;
  const waiting = gate?.inflight ?? [];
  const since = (admittedAtMs: number): number => Math.max(admittedAtMs, healedAtMs ?? 0);
  const findings: Finding[] = waiting
    .filter(({ admittedAtMs }) => (gate?.takenAtMs ?? 0) - since(admittedAtMs) > DECIDED_WITHIN_MS)
    .map(({ attemptId }) => ({ what: `${attemptId} is still in flight` }));
  if (healedAtMs !== undefined) {
    for (const { attemptId, admittedAtMs, settledAtMs } of attempts) {
      const tookMs = settledAtMs - since(admittedAtMs);
      if (tookMs > DECIDED_WITHIN_MS)
        findings.push({ what: `${attemptId} was settled ${Math.round(tookMs)} ms after all was well` });
    }
  }
  return verdict('I11', `${attempts.length} decided, ${waiting.length} in flight`, findings);
}

const NAMES_A_TIME = new Set(['rate_limited', 'gate_closed', 'overloaded']);

/** I12: nothing grows without bound, and who is turned away is told when to come back. */
export function judgeBounds(
  { journal, stores: { gate } }: History,
  { maxInflight, isUndisturbed = false }: HistoryRules,
): HistoryVerdict {
  const findings: Finding[] = [];
  const waiting = gate?.inflight.length ?? 0;
  if (maxInflight !== undefined && waiting > maxInflight)
    findings.push({ what: `${waiting} in flight, at most ${maxInflight} are allowed` });
  const [endless] = gate?.keysWithoutExpiry ?? [];
  if (endless !== undefined) findings.push({ what: `${endless} never expires` });
  for (const entry of journal) {
    if (NAMES_A_TIME.has(entry.code ?? '') && entry.retryAfterSec === null)
      findings.push({ what: `${entry.code ?? ''} came without Retry-After`, seen: [entry] });
  }
  const { requests, open } = findOpenRequests(journal);
  const isTimeOut = ({ kind, t, sentAt = t }: JournalEntry): boolean =>
    kind === 'sent' || t - sentAt >= TIMED_OUT_AFTER_MS;
  const timedOut = isUndisturbed ? open.filter(isTimeOut) : [];
  if (timedOut.length > 0)
    findings.push({ what: `${timedOut.length} requests got no answer at all`, seen: timedOut });
  return verdict(
    'I12',
    `${waiting} in flight; ${open.length} of ${requests} requests indeterminate`,
    findings,
  );
}

/** Requests whose answer was cut, or never came: nobody knows what became of them. */
function findOpenRequests(journal: readonly JournalEntry[]): { requests: number; open: JournalEntry[] } {
  const sent = new Map<number, JournalEntry>();
  const open: JournalEntry[] = [];
  let requests = 0;
  for (const entry of journal) {
    if (entry.kind !== 'sent') continue;
    requests += 1;
    if (entry.request !== undefined) sent.set(entry.request, entry);
  }
  for (const entry of journal) {
    if (entry.kind === 'sent' || entry.httpStatus === undefined) continue;
    const isNumbered = entry.request !== undefined && sent.delete(entry.request);
    if (!isNumbered) requests += 1;
    if (entry.httpStatus === 0) open.push(entry);
  }
  return { requests, open: [...open, ...sent.values()] };
}
