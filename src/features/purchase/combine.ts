import type { AdmittedAttempt, AttemptBatch, DecidedAttempt } from './purchase.model.ts';
import type { SettlePace } from './settle-pace.ts';
import type { Settle } from './settle.ts';

/** At most so many attempts share a transaction: beyond it the gain is small and the lock is held long. */
export const MAX_ATTEMPTS_PER_TRANSACTION = 500;

/** A job that waits for its batch to be settled: whole, or what a pace has left of it. */
interface Waiting {
  saleId: string;
  stockId: string;
  /** Not yet in a transaction. */
  attempts: readonly AdmittedAttempt[];
  resolve: () => void;
  /** The same for both pieces of a job that was cut. */
  reject: (error: unknown) => void;
}

export interface CombineDeps {
  settle: Settle;
  announce: (saleId: string, decided: readonly DecidedAttempt[]) => Promise<void>;
  /** Absent: what has gathered is settled at once. */
  pace?: Pick<SettlePace, 'take'> | undefined;
}

/**
 * Group commit: gathers the batches of many jobs per stock into shared transactions.
 *
 * What arrives while a transaction of a stock runs makes the next one, so the size follows the load and does not
 * depend on how the crowd was spread over processes. The first batch of an idle stock waits for the end of the
 * event-loop turn only. An announcement runs beside the next transaction. A batch is settled in one piece, unless a pace
 * lets less than all of it go.
 *
 * @returns a promise per batch that resolves when its attempts are settled *and* announced; rejects when part of it
 *          could not be, and may then be repeated whole
 */
export function createCombine({
  settle,
  announce,
  pace,
}: CombineDeps): (batch: AttemptBatch) => Promise<void> {
  // By sale and stock: a job that names the stock of another sale fails alone.
  const waitingByLine = new Map<string, Waiting[]>();
  const busy = new Set<string>();

  const next = (line: string): void => {
    const waiting = waitingByLine.get(line);
    if (!waiting || waiting.length === 0) {
      busy.delete(line);
      waitingByLine.delete(line);
    } else if (pace === undefined) transact(line, takeWhole(waiting));
    else {
      pace
        .take(() => countUpTo(waiting, MAX_ATTEMPTS_PER_TRANSACTION))
        .then(
          (granted) => transact(line, takeExactly(waiting, granted)),
          (error: unknown) => {
            waiting.splice(0).forEach(({ reject }) => reject(error));
            next(line);
          },
        );
    }
  };

  const transact = (line: string, taken: readonly Waiting[]): void => {
    const { saleId, stockId } = taken[0] as Waiting;
    settle(saleId, stockId, unique(taken.flatMap(({ attempts }) => attempts)))
      .catch((error: unknown) => {
        // The job comes back whole; its rest, settled before, would fill the line while PostgreSQL is away.
        const waiting = waitingByLine.get(line) ?? [];
        if (waiting[0]?.reject === taken.at(-1)?.reject) waiting.shift();
        throw error;
      })
      .finally(() => next(line))
      .then((decided) => announce(saleId, decided))
      .then(
        () => taken.forEach(({ resolve }) => resolve()),
        (error: unknown) => taken.forEach(({ reject }) => reject(error)),
      );
  };

  return ({ saleId, stockId, attempts }) =>
    new Promise((resolve, reject) => {
      const line = `${saleId} ${stockId}`;
      const waiting = waitingByLine.get(line) ?? [];
      waitingByLine.set(line, waiting);
      waiting.push({ saleId, stockId, attempts, resolve, reject });
      if (busy.has(line)) return;
      busy.add(line);
      setImmediate(next, line);
    });
}

/** The first batches that fit into a transaction together, at least one. */
function takeWhole(waiting: Waiting[]): Waiting[] {
  let attempts = 0;
  let jobs = 0;
  for (const one of waiting) {
    if (jobs > 0 && attempts + one.attempts.length > MAX_ATTEMPTS_PER_TRANSACTION) break;
    attempts += one.attempts.length;
    jobs += 1;
  }
  return waiting.splice(0, jobs);
}

/** The first `amount` attempts. The rest of a batch that is cut stays the first in line. */
function takeExactly(waiting: Waiting[], amount: number): Waiting[] {
  const taken: Waiting[] = [];
  let left = amount;
  do {
    const first = waiting.shift() as Waiting;
    const [piece, rest] = first.attempts.length <= left ? [first, null] : cut(first, left);
    if (rest) waiting.unshift(rest);
    taken.push(piece);
    left -= piece.attempts.length;
  } while (left > 0 && waiting.length > 0);
  return taken;
}

/** Its promise resolves when both pieces are done. */
function cut(job: Waiting, at: number): [Waiting, Waiting] {
  let open = 2;
  const resolve = (): void => {
    open -= 1;
    if (open === 0) job.resolve();
  };
  const piece = (attempts: readonly AdmittedAttempt[]): Waiting => ({ ...job, attempts, resolve });
  return [piece(job.attempts.slice(0, at)), piece(job.attempts.slice(at))];
}

function countUpTo(waiting: readonly Waiting[], most: number): number {
  let attempts = 0;
  for (const one of waiting) {
    attempts += one.attempts.length;
    if (attempts >= most) return most;
  }
  return attempts;
}

/** A batch may be there twice: its first job stalled, and reconcile added it again. */
function unique(attempts: readonly AdmittedAttempt[]): AdmittedAttempt[] {
  return [...new Map(attempts.map((attempt) => [attempt.attemptId, attempt])).values()];
}
