import { randomUUID } from 'node:crypto';
import type { AttemptStatusBody } from '../../contracts/http.ts';
import type { Refusal } from '../../errors/refusal.ts';
import type { Clock } from '../../infrastructure/clock.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import { KEPT_AFTER_END_MS } from '../../infrastructure/redis/keys.ts';
import { groupBy } from '../../utils/group-by.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import type { AcceptedAttempts } from './accepted-attempts.ts';
import { MAX_ATTEMPTS_PER_ADMIT, type Admit, type GateAnswer } from './admit.ts';
import { logFieldsOfBatch } from './batch-log-fields.ts';
import type { Enqueue } from './enqueue.ts';
import type { AckDurability, WhenCommitted } from './when-committed.ts';
import {
  admittedAs,
  isDecidedRecord,
  parseInflight,
  presentDecided,
  presentQueued,
  type AdmittedAttempt,
  type Attempt,
} from './purchase.model.ts';
import { presentRecord } from './purchase-status.ts';
import type { EnsureGate } from './rebuild.ts';

/** What the shopper is told. `accepted` is a 202, `decided` a 200 and only told under `committed`. */
export type AttemptAnswer =
  | { kind: 'accepted'; body: AttemptStatusBody }
  | { kind: 'decided'; body: AttemptStatusBody }
  | { kind: 'refused'; refusal: Refusal };

/** A process asks for the rebuild of a closed gate at most so often, ms. */
const REBUILD_EVERY_MS = 250;

export interface PurchaseDeps {
  admit: Admit;
  enqueue: Enqueue;
  accepted: AcceptedAttempts;
  ensureGate: EnsureGate;
  findDecided: (
    attemptId: string,
  ) => Promise<(Parameters<typeof presentDecided>[1] & { saleId: string }) | null>;
  whenCommitted: WhenCommitted;
  ackDurability: AckDurability;
  /** Tries a shopper has per sale and window; told to who has none left. */
  triesPolicy: { limit: number; windowSec: number };
  clock: Clock;
  logger: Logger;
}

/** A shopper who asks for units. */
export interface Asked {
  sale: SaleDetails;
  attempt: Attempt;
  answer: (answer: AttemptAnswer) => void;
  /** Named by what is logged of it. */
  requestId?: string;
}

/** @param asked  all who came together, in order of arrival, of any sales */
export type Purchase = (asked: readonly Asked[]) => void;

/**
 * The shopper's side of the pipeline: admit → enqueue → answer, one gate call for all attempts that come together for a sale.
 *
 * Calls each `answer` exactly once, never throws. A winner is answered only when the queue has its batch; a loser at once.
 */
export function createPurchase(deps: PurchaseDeps): Purchase {
  const { admit, enqueue, accepted, logger } = deps;
  const epochs = new Map<string, number>();

  const askGate = async (sale: SaleDetails, batchId: string, attempts: Attempt[]) => {
    const { saleId } = sale;
    for (let round = 0; ; round += 1) {
      const epoch = epochs.get(saleId) ?? 0;
      const reply = await admit(saleId, epoch, batchId, attempts);
      if (reply.kind !== 'closed' || reply.epoch <= 0 || reply.epoch === epoch || round === 2) return reply;
      // The gate has another epoch and had no effect: first it takes over what this process accepted before.
      if (epoch > 0) await accepted.adoptAll(saleId);
      epochs.set(saleId, reply.epoch);
    }
  };

  // A crowd before a closed gate asks for one rebuild, not for one a batch.
  const rebuildAskedAtMs = new Map<string, number>();
  const rebuildSoon = ({ saleId, stockId }: SaleDetails): void => {
    if (performance.now() - (rebuildAskedAtMs.get(saleId) ?? -Infinity) < REBUILD_EVERY_MS) return;
    rebuildAskedAtMs.set(saleId, performance.now());
    deps.ensureGate(saleId, stockId).catch((error: unknown) => {
      logger.warn('gate not rebuilt, trying again', { saleId, error: String(error) });
    });
  };

  const runBatch = async (asked: Asked[]): Promise<void> => {
    const { sale } = asked[0] as Asked;
    const batchId = randomUUID();
    const reply = await askGate(
      sale,
      batchId,
      asked.map(({ attempt }) => attempt),
    );
    if (reply.kind === 'unknown') {
      const { message } = reply.error;
      logger.warn('the gate did not answer', {
        ...{ saleId: sale.saleId, error: message },
        ...logFieldsOfBatch(asked),
      });
      asked.forEach(({ attempt, answer }) => answer(unknown(attempt)));
      return;
    }
    if (reply.kind === 'closed') {
      rebuildSoon(sale);
      asked.forEach((one) => answerWithoutGate(deps, one, { hadGate: epochs.has(sale.saleId) }));
      return;
    }
    const winners: { asked: Asked; admitted: AdmittedAttempt; position: number; committed: Committed }[] = [];
    reply.answers.forEach((gateAnswer, index) => {
      const one = asked[index] as Asked;
      if (gateAnswer.kind === 'admitted') {
        const { sequence, admittedAtMs, position } = gateAnswer;
        const admitted = admittedAs(one.attempt, sequence, admittedAtMs);
        accepted.add(sale.saleId, sale.stockId, admitted);
        winners.push({ asked: one, admitted, position, committed: awaitCommit(deps, one) });
      } else if (gateAnswer.kind === 'known') {
        rememberReplay(deps, one, gateAnswer.record);
        answerKnown(deps, one, gateAnswer);
      } else answerRefused(deps, one, gateAnswer);
    });
    if (winners.length === 0) return;
    try {
      await enqueue({
        saleId: sale.saleId,
        stockId: sale.stockId,
        batchId,
        attempts: winners.map(({ admitted }) => admitted),
      });
    } catch (error) {
      // Promised and in flight: reconcile enqueues the batch. The shopper is told the truth: it is not known yet.
      const lost = winners.map(({ asked: one }) => one);
      logger.warn('the queue did not take a batch, reconcile will', {
        ...{ batchId, error: String(error) },
        ...logFieldsOfBatch(lost),
      });
      winners.forEach(({ asked: { attempt, answer } }) => answer(unknown(attempt)));
      return;
    }
    for (const { asked: one, admitted, position, committed } of winners) {
      acknowledge(one, presentQueued(sale.saleId, admitted, position), committed);
    }
  };

  const run = (asked: Asked[]): void => {
    runBatch(asked).catch((error: unknown) => {
      logger.error('a batch of attempts failed', { error, ...logFieldsOfBatch(asked) });
      asked.forEach(({ attempt, answer }) => answer(unknown(attempt)));
    });
  };
  return (asked) => {
    for (const all of groupBy(asked, ({ sale }) => sale.saleId).values()) {
      for (let from = 0; from < all.length; from += MAX_ATTEMPTS_PER_ADMIT) {
        run(all.length <= MAX_ATTEMPTS_PER_ADMIT ? all : all.slice(from, from + MAX_ATTEMPTS_PER_ADMIT));
      }
    }
  };
}

function unknown({ attemptId }: Attempt): AttemptAnswer {
  return { kind: 'refused', refusal: { code: 'outcome_unknown', attemptId } };
}

/** Under `committed`, the outcome to come; under `queued` nobody waits for it. */
type Committed = Promise<AttemptStatusBody | null> | null;

function awaitCommit({ ackDurability, whenCommitted }: PurchaseDeps, { attempt }: Asked): Committed {
  return ackDurability === 'committed' ? whenCommitted(attempt) : null;
}

/** Tells a shopper that the attempt stands: at once, or when it is committed. */
function acknowledge({ attempt, answer }: Asked, body: AttemptStatusBody, committed: Committed): void {
  if (committed === null) answer({ kind: 'accepted', body });
  else
    void committed.then((decided) => answer(decided ? { kind: 'decided', body: decided } : unknown(attempt)));
}

function rememberReplay({ accepted }: PurchaseDeps, { sale, attempt }: Asked, record: string): void {
  if (isDecidedRecord(record)) return;
  const { batchId: _, ...waiting } = parseInflight(attempt.attemptId, record);
  accepted.addReplay(sale.saleId, sale.stockId, waiting);
}

function answerKnown(
  deps: PurchaseDeps,
  asked: Asked,
  { record, position }: Extract<GateAnswer, { kind: 'known' }>,
) {
  acknowledgeKnown(
    deps,
    asked,
    presentRecord(asked.sale.saleId, asked.attempt.attemptId, record, position).body,
  );
}

function acknowledgeKnown(deps: PurchaseDeps, asked: Asked, body: AttemptStatusBody): void {
  if (body.status === 'queued') acknowledge(asked, body, awaitCommit(deps, asked));
  else asked.answer({ kind: deps.ackDurability === 'committed' ? 'decided' : 'accepted', body });
}

function answerRefused(
  deps: PurchaseDeps,
  asked: Asked,
  refused: Extract<GateAnswer, { kind: 'refused' }>,
): void {
  const { code, retryAfterMs, remaining } = refused;
  if (code === 'sale_ended') {
    answerEnded(deps, asked);
    return;
  }
  const refusal: Refusal = { code };
  if (retryAfterMs !== undefined) refusal.retryAfterSec = retryAfterMs / 1000;
  if (remaining !== undefined) refusal.remaining = remaining;
  if (code === 'rate_limited') refusal.headers = rateLimitHeaders(deps.triesPolicy, retryAfterMs ?? 0);
  asked.answer({ kind: 'refused', refusal });
}

/**
 * An ended sale needs no gate; any other waits for the rebuild. One that had a gate waits for it too when the attempt may be
 * an old one: another process may have accepted it, and nobody has settled it yet.
 */
function answerWithoutGate(deps: PurchaseDeps, asked: Asked, { hadGate }: { hadGate: boolean }): void {
  const { sale, answer } = asked;
  const now = deps.clock.now();
  if (sale.state === 'stopped' || sale.endsAtMs <= now) {
    answerEnded(deps, asked, { isUnsure: hadGate && now < sale.endsAtMs + KEPT_AFTER_END_MS });
  } else answer({ kind: 'refused', refusal: { code: 'gate_closed' } });
}

/**
 * With a key the attempt may be an old one: PostgreSQL knows the id even when all of Redis was lost, and this process what it
 * accepted itself.
 */
function answerEnded(deps: PurchaseDeps, asked: Asked, { isUnsure = false } = {}): void {
  const { sale, attempt, answer } = asked;
  const ended: AttemptAnswer = { kind: 'refused', refusal: { code: 'sale_ended' } };
  if (attempt.idempotencyKey === null) {
    answer(ended);
    return;
  }
  deps.findDecided(attempt.attemptId).then(
    (decided) => {
      const owed = decided ? undefined : deps.accepted.find(sale.saleId, attempt.attemptId);
      const body = decided
        ? presentDecided(decided.saleId, decided)
        : owed && presentQueued(sale.saleId, owed, undefined);
      if (!body) answer(isUnsure ? { kind: 'refused', refusal: { code: 'gate_closed' } } : ended);
      else if (body.quantity !== attempt.quantity) {
        answer({ kind: 'refused', refusal: { code: 'idempotency_key_reused' } });
      } else acknowledgeKnown(deps, asked, body);
    },
    () => answer({ kind: 'refused', refusal: { code: 'outcome_unknown', attemptId: attempt.attemptId } }),
  );
}

/** draft-ietf-httpapi-ratelimit-headers-08, as express-rate-limit writes them for the ordinary routes. */
function rateLimitHeaders(
  { limit, windowSec }: PurchaseDeps['triesPolicy'],
  retryAfterMs: number,
): Record<string, string> {
  return {
    'RateLimit-Policy': `"tries";q=${limit};w=${windowSec}`,
    RateLimit: `"tries";r=0;t=${Math.ceil(retryAfterMs / 1000)}`,
  };
}
