import { groupBy } from '../../../utils/group-by.ts';
import { attemptIdOf } from '../attempt-id.ts';
import type { JournalEntry } from '../journal.ts';
import type { DecidedAttempt, KnownAttempt } from '../purchase.model.ts';
import {
  isAccepted,
  verdict,
  type Finding,
  type History,
  type HistoryRules,
  type HistoryVerdict,
} from './history.ts';

/** I3: what a client was told is accepted has its outcome in PostgreSQL. */
export function judgeAccepted(
  { journal, stores }: History,
  { mayBeLost = () => false }: HistoryRules,
): HistoryVerdict {
  const stored = new Set(stores.attempts.map(({ attemptId }) => attemptId));
  const accepted = groupBy(journal.filter(isAccepted), ({ attemptId = '' }) => attemptId);
  const lost = [...accepted].filter(([attemptId]) => !stored.has(attemptId));
  const excused = lost.filter(([attemptId]) => mayBeLost(attemptId)).length;
  return verdict(
    'I3',
    `${accepted.size} attempts accepted before clients' eyes, ${lost.length} without an outcome` +
      (excused > 0 ? `, ${excused} of them lost with Redis and their process` : ''),
    lost.flatMap(([attemptId, seen]) =>
      mayBeLost(attemptId) ? [] : [{ what: `${attemptId} was accepted and is lost`, seen }],
    ),
  );
}

/**
 * I4: one row, one outcome, its order, and the same in Redis. What may be lost there may have been settled by a worker
 * that died before it announced it.
 */
export function judgeOutcomes(
  { stores: { attempts, orders, gate } }: History,
  { mayBeLost = () => false }: HistoryRules,
): HistoryVerdict {
  const findings: Finding[] = [];
  const note = (attemptId: string, trouble: string): void =>
    void findings.push({ what: `${attemptId} ${trouble}` });

  const ordersById = groupBy(orders, ({ attemptId }) => attemptId);
  const rows = new Map<string, DecidedAttempt>();
  for (const row of attempts) {
    if (rows.has(row.attemptId)) note(row.attemptId, 'has two rows');
    rows.set(row.attemptId, row);
    const [order, second] = ordersById.get(row.attemptId) ?? [];
    if (second) note(row.attemptId, 'has two orders');
    if (row.outcome === 'rejected' && order) note(row.attemptId, 'is rejected and has an order');
    if (row.outcome !== 'confirmed') continue;
    if (!order) note(row.attemptId, 'is confirmed without an order');
    else if (order.quantity !== row.quantity || order.shopperId !== row.shopperId)
      note(row.attemptId, 'has the order of another wish');
  }
  for (const attemptId of ordersById.keys()) if (!rows.has(attemptId)) note(attemptId, 'has no row');

  if (gate) {
    const inflight = new Set(gate.inflight.map(({ attemptId }) => attemptId));
    const known = new Map(gate.known.map((attempt) => [attempt.attemptId, attempt]));
    for (const [attemptId, row] of rows) {
      const told = known.get(attemptId);
      if (!told && !inflight.has(attemptId) && !mayBeLost(attemptId))
        note(attemptId, 'is not known to Redis');
      else if (told && !isSameOutcome(told, row)) note(attemptId, 'has another outcome in Redis');
    }
    for (const attemptId of known.keys())
      if (!rows.has(attemptId)) note(attemptId, 'has an outcome in Redis only');
  }
  const confirmed = attempts.filter(({ outcome }) => outcome === 'confirmed').length;
  return verdict('I4', `${confirmed} confirmed and ${attempts.length - confirmed} rejected`, findings);
}

export function isSameOutcome(told: KnownAttempt, row: DecidedAttempt): boolean {
  if (told.quantity !== row.quantity || told.shopperId !== row.shopperId) return false;
  return told.outcome === 'confirmed'
    ? row.outcome === 'confirmed' && told.orderId === row.orderId
    : row.outcome === 'rejected' && told.reason === row.reason;
}

/** Refusals that a first try may get and a replay of an accepted attempt may not. */
const NOT_FOR_A_REPLAY = new Set([
  ...['sale_not_started', 'sale_paused', 'sale_ended', 'sold_out', 'not_enough_left', 'limit_reached'],
  'idempotency_key_reused',
]);

/** I5: a shopper's key is one attempt, however often it was sent and whatever became of the sale. */
export function judgeKeys(
  { journal, stores }: History,
  { mayBeLost = () => false }: HistoryRules,
): HistoryVerdict {
  const keyed = journal.filter(
    ({ kind, idempotencyKey }) => kind === undefined && idempotencyKey !== undefined,
  );
  const byKey = groupBy(keyed, ({ userId, idempotencyKey = '' }) => `${userId}:${idempotencyKey}`);
  const findings: Finding[] = [];
  let answered = 0;
  for (const entries of byKey.values()) {
    const named = entries.filter(({ attemptId }) => attemptId !== undefined);
    answered += named.length;
    if (new Set(named.map(({ attemptId }) => attemptId)).size > 1)
      findings.push({ what: 'one key was answered with more than one attempt', seen: named });
    for (const entry of named) {
      const { saleId, userId, idempotencyKey = '', attemptId } = entry;
      if (attemptId !== attemptIdOf(saleId, userId, idempotencyKey))
        findings.push({ what: `${attemptId ?? ''} is not the attempt of its key`, seen: [entry] });
    }
    const [refused, accepted] = findRefusedReplay(entries, mayBeLost) ?? [];
    if (refused && accepted)
      findings.push({ what: `a replay was told ${refused.code ?? ''}`, seen: [accepted, refused] });
  }

  const { saleId } = stores.sale;
  const owners = new Set<string>();
  for (const { attemptId, shopperId, idempotencyKey } of stores.attempts) {
    if (idempotencyKey === null) continue;
    const owner = `${shopperId}:${idempotencyKey}`;
    if (owners.has(owner)) findings.push({ what: `two attempts are stored for the key of ${attemptId}` });
    owners.add(owner);
    if (attemptId !== attemptIdOf(saleId, shopperId, idempotencyKey))
      findings.push({ what: `${attemptId} is stored for a key that is not its own` });
  }
  return verdict('I5', `${byKey.size} keys answered ${answered} times`, findings);
}

/** Sent after the promise had arrived, with the same quantity, and refused for good. */
function findRefusedReplay(
  entries: readonly JournalEntry[],
  mayBeLost: (attemptId: string) => boolean,
): [JournalEntry, JournalEntry] | null {
  let first: JournalEntry | undefined;
  for (const entry of entries) if (isAccepted(entry) && !(first && first.t <= entry.t)) first = entry;
  if (!first || mayBeLost(first.attemptId ?? '')) return null;
  const { t, quantity } = first;
  const refused = entries.find(
    (entry) =>
      NOT_FOR_A_REPLAY.has(entry.code ?? '') && entry.quantity === quantity && (entry.sentAt ?? entry.t) > t,
  );
  return refused ? [refused, first] : null;
}
