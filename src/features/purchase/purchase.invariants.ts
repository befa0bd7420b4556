import type { Redis } from 'ioredis';
import type { InvariantBody } from '../../contracts/http.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import type { JournalEntry } from './journal.ts';
import { readGateFacts, readStoredFacts } from './purchase.invariants.facts.ts';
import { checkJournal } from './purchase.invariants.journal.ts';
import { compareKnown } from './purchase.invariants.known.ts';
import * as stores from './purchase.invariants.stores.ts';

export interface InvariantDeps {
  db: Database;
  redis: Redis;
  runId: RunId;
}

export interface InvariantOptions {
  saleId: string;
  /** Reads every outcome and every key of the sale as well: for the end of a run, not for a page. */
  deep?: boolean;
  /** What clients saw; adds I3, I5 and I10. */
  journal?: readonly JournalEntry[];
  /** The bound the processes were started with. */
  maxInflight?: number;
}

/**
 * Checks the promises of a sale from the stores, beside live traffic.
 *
 * Cheap unless `deep`: a few reads of Redis, and one pass over the sale's rows in PostgreSQL.
 *
 * @returns one verdict a promise, in order of their ids, with its figures in words
 * @throws when there is no such sale, or a store does not answer
 */
export async function checkInvariants(
  deps: InvariantDeps,
  { saleId, deep = false, journal, maxInflight }: InvariantOptions,
): Promise<InvariantBody[]> {
  const stored = await readStoredFacts(deps.db, saleId);
  const gate = await readGateFacts(deps, saleId, stored, { deep });
  const outcomes = stores.checkOneOutcome(stored);
  const verdicts = [
    stores.checkOversell(stored),
    stores.checkUndersell(stored, gate),
    deep && gate.isKept ? await withKnown(deps, saleId, outcomes) : outcomes,
    stores.checkLimit(stored),
    stores.checkWindow(stored),
    stores.checkOrder(stored),
    stores.checkConservation(stored),
    stores.checkPromptness(gate),
    stores.checkBounds(gate, maxInflight),
    ...(journal ? await checkJournal(deps.db, saleId, journal) : []),
  ];
  const checkedAt = new Date().toISOString();
  return verdicts
    .map((verdict) => ({ ...verdict, checkedAt }))
    .sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
}

async function withKnown(
  deps: InvariantDeps,
  saleId: string,
  outcomes: stores.Verdict,
): Promise<stores.Verdict> {
  const { compared, missing, different, invented } = await compareKnown(deps, saleId);
  return {
    ...outcomes,
    ok: outcomes.ok && missing + different + invented === 0,
    detail:
      `${outcomes.detail}; of ${compared} outcomes Redis lacks ${missing}, tells ${different} differently ` +
      `and has ${invented} of its own`,
  };
}
