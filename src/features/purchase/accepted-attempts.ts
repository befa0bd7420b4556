import type { Logger } from '../../infrastructure/logging/logger.ts';
import { countRepair } from '../../infrastructure/metrics/repairs.ts';
import { saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { epochOf } from '../../utils/sequence.ts';
import { shortId } from '../../utils/short-id.ts';
import type { Adopt } from './adopt.ts';
import type { Enqueue } from './enqueue.ts';
import type { AdmittedAttempt } from './purchase.model.ts';

/** Attempts older than this that nobody announced are looked up, ms. */
const LOOK_UP_AFTER_MS = 5_000;

interface Accepted {
  attempt: AdmittedAttempt;
  acceptedAtMs: number;
  /** Accepted by another process first: its time is that one's to tell. */
  isReplay: boolean;
}

interface AcceptedOfSale {
  stockId: string;
  /** The epoch whose gate knows all of them. */
  epoch: number;
  attempts: Map<string, Accepted>;
}

export interface AcceptedAttemptsDeps {
  redis: Redis;
  adopt: Adopt;
  enqueue: Enqueue;
  logger: Logger;
}

/**
 * The attempts this process accepted and has not seen announced: its memory of what it owes, should Redis lose its own.
 *
 * Bounded by what is in flight: announcements remove entries, and `lookUp` drops those whose announcement was missed.
 */
export class AcceptedAttempts {
  readonly #deps: AcceptedAttemptsDeps;
  readonly #bySale = new Map<string, AcceptedOfSale>();

  constructor(deps: AcceptedAttemptsDeps) {
    this.#deps = deps;
  }

  get size(): number {
    let size = 0;
    for (const { attempts } of this.#bySale.values()) size += attempts.size;
    return size;
  }

  add(saleId: string, stockId: string, attempt: AdmittedAttempt): void {
    this.#ofSale(saleId, stockId, attempt).set(attempt.attemptId, {
      attempt,
      acceptedAtMs: performance.now(),
      isReplay: false,
    });
  }

  /**
   * Remembers an attempt whose replay this process answers: it owes it too, for the process that accepted it may be gone
   * when Redis loses its store.
   */
  addReplay(saleId: string, stockId: string, attempt: AdmittedAttempt): void {
    const attempts = this.#ofSale(saleId, stockId, attempt);
    if (attempts.has(attempt.attemptId)) return;
    attempts.set(attempt.attemptId, { attempt, acceptedAtMs: performance.now(), isReplay: true });
  }

  #ofSale(saleId: string, stockId: string, { sequence }: AdmittedAttempt): Map<string, Accepted> {
    let ofSale = this.#bySale.get(saleId);
    if (!ofSale)
      this.#bySale.set(saleId, (ofSale = { stockId, epoch: epochOf(sequence), attempts: new Map() }));
    return ofSale.attempts;
  }

  /** What this process owes of an attempt: it was accepted, and no outcome was announced. */
  find(saleId: string, attemptId: string): AdmittedAttempt | undefined {
    return this.#bySale.get(saleId)?.attempts.get(attemptId)?.attempt;
  }

  /** The attempt was announced: nothing is owed any more. Returns how long it took from acceptance, ms; not of a replay. */
  announced(saleId: string, attemptId: string): number | undefined {
    const ofSale = this.#bySale.get(saleId);
    const accepted = ofSale?.attempts.get(attemptId);
    if (!ofSale || !accepted) return undefined;
    ofSale.attempts.delete(attemptId);
    if (ofSale.attempts.size === 0) this.#bySale.delete(saleId);
    return accepted.isReplay ? undefined : performance.now() - accepted.acceptedAtMs;
  }

  /**
   * Has the gate's new epoch take over what this process accepted, then enqueues it: a Redis that lost its store loses
   * no attempt while the process lives.
   */
  async adoptAll(saleId: string): Promise<void> {
    const ofSale = this.#bySale.get(saleId);
    if (ofSale) await this.#adopt(saleId, ofSale.stockId, [...ofSale.attempts.values()]);
  }

  /**
   * Drops old entries that are decided, and adopts those the gate has never heard of: of a gate of another epoch all of
   * them at once, should nobody have told of it. Run once a second.
   */
  async lookUp(): Promise<void> {
    const before = performance.now() - LOOK_UP_AFTER_MS;
    for (const [saleId, ofSale] of this.#bySale) {
      const { stockId, attempts } = ofSale;
      const epoch = Number((await this.#deps.redis.hget(saleKeys(saleId).gate, 'epoch')) ?? 0);
      if (epoch > ofSale.epoch) {
        await this.adoptAll(saleId);
        ofSale.epoch = epoch;
      }
      const old: Accepted[] = [];
      for (const accepted of attempts.values()) {
        if (accepted.acceptedAtMs > before || old.length === 500) break; // oldest first: a Map keeps insertion order
        old.push(accepted);
      }
      if (old.length === 0) continue;
      const ids = old.map(({ attempt }) => attempt.attemptId);
      const records = await this.#deps.redis.hmget(saleKeys(saleId).known, ...ids.map(shortId));
      records.forEach((record, index) => {
        const id = ids[index];
        if (record && id) this.announced(saleId, id);
      });
      await this.#adopt(
        saleId,
        stockId,
        old.filter((_, index) => !records[index]),
      );
    }
  }

  async #adopt(saleId: string, stockId: string, accepted: Accepted[]): Promise<void> {
    const attempts = accepted.map(({ attempt }) => attempt);
    for (let start = 0; start < attempts.length; start += 500) {
      const batch = await this.#deps.adopt(saleId, stockId, attempts.slice(start, start + 500));
      if (batch.attempts.length === 0) continue;
      this.#deps.logger.warn('attempts adopted by the new gate', { saleId, attempts: batch.attempts.length });
      countRepair(this.#deps.redis, 'attemptsAdopted', batch.attempts.length);
      await this.#deps.enqueue(batch);
    }
  }
}
