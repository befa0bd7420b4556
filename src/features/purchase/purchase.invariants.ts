import type { InvariantBody } from '../../contracts/http.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import type { HistoryRules, HistoryVerdict } from './history/history.ts';
import { judgeHistory } from './history/judge-history.ts';
import { readStoredState } from './history/read-stored-state.ts';
import type { JournalEntry } from './journal.ts';
import { readGateFacts, readStoredFacts } from './purchase.invariants.facts.ts';
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
  /**
   * What clients saw. Adds I3, I5 and I10, and judges the others from every row and every line as well: for when nothing
   * is sent any more.
   */
  journal?: readonly JournalEntry[];
  /** The bound the processes were started with. */
  maxInflight?: number;
  /** What else the run promised, or broke on purpose. */
  rules?: HistoryRules;
}

/** A verdict; with a journal, the numbers of its lines that show what broke. */
export interface CheckedPromise extends InvariantBody {
  lines?: number[];
}

/**
 * Checks the promises of a sale from the stores, beside live traffic.
 *
 * Cheap unless `deep`: a few reads of Redis, and one pass over the sale's rows in PostgreSQL. With a journal, all of it
 * and of the sale is read into memory: about 1 KB an attempt.
 *
 * @returns one verdict a promise, in order of their ids, with its figures in words
 * @throws when there is no such sale, or a store does not answer
 */
export async function checkInvariants(
  deps: InvariantDeps,
  { saleId, deep = false, journal, maxInflight, rules = {} }: InvariantOptions,
): Promise<CheckedPromise[]> {
  const stored = await readStoredFacts(deps.db, saleId);
  const gate = await readGateFacts(deps, saleId, stored, { deep });
  const outcomes = stores.checkOneOutcome(stored);
  const fromStores = [
    stores.checkOversell(stored),
    stores.checkUndersell(stored, gate),
    deep && gate.isKept ? await withKnown(deps, saleId, outcomes) : outcomes,
    stores.checkLimit(stored),
    stores.checkWindow(stored),
    stores.checkOrder(stored),
    stores.checkConservation(stored),
    stores.checkPromptness(gate),
    stores.checkBounds(gate, maxInflight),
  ];
  const bounds = maxInflight === undefined ? {} : { maxInflight };
  const verdicts = journal
    ? withHistory(fromStores, await judgeJournal(deps, saleId, journal, { ...bounds, ...rules }))
    : fromStores;
  const checkedAt = new Date().toISOString();
  return verdicts
    .map((verdict) => ({ ...verdict, checkedAt }))
    .sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
}

async function judgeJournal(
  { db, redis }: InvariantDeps,
  saleId: string,
  journal: readonly JournalEntry[],
  rules: HistoryRules,
): Promise<HistoryVerdict[]> {
  const numbered = journal.flatMap((entry, index) =>
    entry.saleId === saleId ? [entry.line === undefined ? { ...entry, line: index + 1 } : entry] : [],
  );
  return judgeHistory({ journal: numbered, stores: await readStoredState({ db, redis }, saleId) }, rules);
}

/** The figures of both, where there are two; broken when either says so. */
function withHistory(
  fromStores: readonly stores.Verdict[],
  fromHistory: readonly HistoryVerdict[],
): Omit<CheckedPromise, 'checkedAt'>[] {
  const byId = new Map(fromStores.map((verdict) => [verdict.id, verdict]));
  return fromHistory.map((judged) => {
    const checked = byId.get(judged.id);
    if (!checked) return judged;
    const detail = judged.ok ? checked.detail : `${checked.detail}; by the journal: ${judged.detail}`;
    return { ...judged, ok: checked.ok && judged.ok, detail };
  });
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
