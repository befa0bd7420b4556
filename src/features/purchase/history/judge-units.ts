import type { JournalEntry } from '../journal.ts';
import {
  unitsOf,
  verdict,
  type Finding,
  type History,
  type HistoryRules,
  type HistoryVerdict,
} from './history.ts';

/** I1: what is sold is what was ordered, and no more than there is, in the stores and in what clients were told. */
export function judgeOversell({ journal, stores }: History): HistoryVerdict {
  const { total, sold } = stores.stock;
  const ordered = unitsOf(stores.orders.filter(({ status }) => status === 'confirmed'));
  const findings: Finding[] = [];
  if (sold > total) findings.push({ what: `${sold - total} units too many are sold` });
  if (sold !== ordered) findings.push({ what: `${sold} units count as sold, orders hold ${ordered}` });

  const quantities = new Map(stores.attempts.map(({ attemptId, quantity }) => [attemptId, quantity]));
  const confirmations = new Map<string, JournalEntry>();
  for (const entry of journal) {
    if (entry.status === 'confirmed' && entry.attemptId !== undefined)
      confirmations.set(entry.attemptId, entry);
  }
  const cancelled = unitsOf(stores.orders.filter(({ status }) => status === 'cancelled'));
  const told = unitsOf([...confirmations.keys()].map((id) => ({ quantity: quantities.get(id) ?? 1 })));
  if (told - cancelled > total) {
    // Those without an order are the ones that cannot be true.
    const untrue = [...confirmations].flatMap(([id, entry]) => (quantities.has(id) ? [] : [entry]));
    findings.push({ what: `clients were told of ${told} units`, seen: untrue });
  }
  return verdict('I1', `${sold} of ${total} units sold, ${ordered} in confirmed orders`, findings);
}

/** I2: no unit is lost between the gate and PostgreSQL, and none is left when somebody was told there is none. */
export function judgeUndersell({ journal, stores }: History, { mayBeLost }: HistoryRules): HistoryVerdict {
  const { gate, isGateKept, stock, attempts, orders, movements } = stores;
  if (!gate) {
    return isGateKept
      ? verdict('I2', 'the sale has no open gate', [{ what: 'there is nothing to compare with' }])
      : verdict('I2', 'the gate has expired with its sale: no unit can be promised', []);
  }
  const confirmed = new Set(
    attempts.flatMap(({ attemptId, outcome }) => (outcome === 'confirmed' ? [attemptId] : [])),
  );
  const promised = unitsOf(gate.inflight.filter(({ attemptId }) => !confirmed.has(attemptId)));
  const left = stock.total - stock.sold;
  const leaked = left - gate.tokens - promised;
  const findings: Finding[] = [];
  if (leaked !== 0)
    findings.push({ what: leaked > 0 ? `${leaked} units leaked` : `${-leaked} units too many are promised` });

  // Demand was there, nothing came back and nothing had to fit: then every unit found its shopper. Not when promises
  // may be lost: their units came back.
  const refused = journal.filter(({ code }) => code === 'sold_out');
  const isPlain =
    mayBeLost === undefined &&
    attempts.every(({ outcome, quantity }) => outcome === 'confirmed' && quantity === 1) &&
    orders.every(({ status }) => status === 'confirmed') &&
    movements.every(({ cause }) => cause !== 'operator');
  if (leaked === 0 && gate.inflight.length === 0 && isPlain && refused.length > 0 && left > 0)
    findings.push({ what: `${refused.length} were told sold out`, seen: refused });
  return verdict(
    'I2',
    `${left} units unsold, ${gate.tokens} at the gate, ${gate.inflight.length} attempts in flight`,
    findings,
  );
}

/** I9: the movements of the stock sum to what is unsold. */
export function judgeConservation({ stores: { movements, stock } }: History): HistoryVerdict {
  const moved = movements.reduce((sum, { delta }) => sum + delta, 0);
  const unsold = stock.total - stock.sold;
  return verdict(
    'I9',
    `movements sum to ${moved}, ${unsold} units are unsold`,
    moved === unsold ? [] : [{ what: 'they differ' }],
  );
}
