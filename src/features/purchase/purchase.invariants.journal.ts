import { sqlArray, type Database } from '../../infrastructure/postgres/database.ts';
import type { JournalEntry } from './journal.ts';
import { decidedFromRow, type DecidedRow } from './rebuild.repository.ts';
import { attemptIdOf } from './attempt-id.ts';
import type { DecidedAttempt } from './purchase.model.ts';
import type { Verdict } from './purchase.invariants.stores.ts';

const CHUNK = 5_000;

/** Checks what clients saw of one sale: I3, I5 and I10. */
export async function checkJournal(
  db: Database,
  saleId: string,
  journal: readonly JournalEntry[],
): Promise<Verdict[]> {
  const seen = journal.filter((entry) => entry.saleId === saleId);
  const ids = [...new Set(seen.flatMap(({ attemptId }) => attemptId ?? []))];
  const stored = await readStored(db, saleId, ids);
  return [checkAccepted(seen, stored), checkKeys(seen), checkForward(seen, stored)];
}

async function readStored(
  db: Database,
  saleId: string,
  ids: readonly string[],
): Promise<Map<string, DecidedAttempt>> {
  const stored = new Map<string, DecidedAttempt>();
  for (let start = 0; start < ids.length; start += CHUNK) {
    const { rows } = await db.raw<{ rows: DecidedRow[] }>(
      `select a.id, a.user_id, a.quantity, a.sequence, a.idempotency_key, a.outcome, a.reason, o.id as order_id,
              a.admitted_at, a.settled_at
         from purchase_attempts a left join orders o on o.attempt_id = a.id
        where a.sale_id = ? and a.id = any(?::uuid[])`,
      [saleId, sqlArray(ids.slice(start, start + CHUNK))],
    );
    for (const row of rows) stored.set(row.id, decidedFromRow(row));
  }
  return stored;
}

/** I3: what a client was told is accepted has an outcome. */
function checkAccepted(seen: readonly JournalEntry[], stored: ReadonlyMap<string, DecidedAttempt>): Verdict {
  const accepted = new Set(
    seen
      .filter(({ httpStatus }) => httpStatus === 202 || httpStatus === 200)
      .flatMap(({ attemptId }) => attemptId ?? []),
  );
  const lost = [...accepted].filter((attemptId) => !stored.has(attemptId));
  return {
    id: 'I3',
    ok: lost.length === 0,
    detail: `${accepted.size} attempts accepted before clients' eyes, ${lost.length} without an outcome${firstOf(lost)}`,
  };
}

/** I5: a shopper's key is one attempt, however often it was sent. */
function checkKeys(seen: readonly JournalEntry[]): Verdict {
  const idsByKey = new Map<string, Set<string>>();
  let sent = 0;
  const foreign: string[] = [];
  for (const { userId, saleId, idempotencyKey, attemptId } of seen) {
    if (idempotencyKey === undefined || attemptId === undefined) continue;
    const key = `${userId}:${idempotencyKey}`;
    const ids = idsByKey.get(key) ?? new Set();
    idsByKey.set(key, ids.add(attemptId));
    sent += 1;
    if (attemptId !== attemptIdOf(saleId, userId, idempotencyKey)) foreign.push(attemptId);
  }
  const doubled = [...idsByKey.values()].filter((ids) => ids.size > 1).length;
  return {
    id: 'I5',
    ok: doubled === 0 && foreign.length === 0,
    detail:
      `${idsByKey.size} keys answered ${sent} times, ${doubled} of them with more than one attempt, ` +
      `${foreign.length} with the attempt of another key${firstOf(foreign)}`,
  };
}

/**
 * I10: nothing a client saw goes back. One sight is later than another when its request was sent after the other had
 * arrived: of two answers that crossed on the way nobody can tell.
 */
function checkForward(seen: readonly JournalEntry[], stored: ReadonlyMap<string, DecidedAttempt>): Verdict {
  const sightsById = new Map<string, JournalEntry[]>();
  for (const entry of seen) {
    if (entry.attemptId === undefined || entry.status === undefined) continue;
    const sights = sightsById.get(entry.attemptId) ?? [];
    sightsById.set(entry.attemptId, sights);
    sights.push(entry);
  }
  const back: string[] = [];
  const untrue: string[] = [];
  for (const [attemptId, sights] of sightsById) {
    if (goesBack(sights)) back.push(attemptId);
    const truth = stored.get(attemptId);
    if (truth && sights.some((sight) => sight.status !== 'queued' && !agrees(sight, truth)))
      untrue.push(attemptId);
  }
  return {
    id: 'I10',
    ok: back.length === 0 && untrue.length === 0,
    detail:
      `${sightsById.size} attempts watched, ${back.length} went back${firstOf(back)}, ` +
      `${untrue.length} were told another outcome than the stored one${firstOf(untrue)}`,
  };
}

function goesBack(sights: readonly JournalEntry[]): boolean {
  const inOrder = [...sights].sort((a, b) => a.t - b.t);
  return inOrder.some((later) =>
    inOrder.some((earlier) => earlier.t < (later.sentAt ?? later.t) && isBehind(later, earlier)),
  );
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

function firstOf(ids: readonly string[]): string {
  return ids[0] === undefined ? '' : ` (${ids[0]})`;
}
