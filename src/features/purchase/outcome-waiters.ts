import type { AttemptStatusBody } from '../../contracts/http.ts';

/** Requests of this process that wait for an outcome (`ACK_DURABILITY=committed`). */
export class OutcomeWaiters {
  readonly #waiting = new Map<string, Set<(body: AttemptStatusBody) => void>>();

  /** @returns the outcome, or `null` when it was not announced within `timeoutMs` */
  wait(attemptId: string, timeoutMs: number): Promise<AttemptStatusBody | null> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(attemptId) ?? new Set();
      this.#waiting.set(attemptId, waiting);
      const timer = setTimeout(() => {
        waiting.delete(seen);
        if (waiting.size === 0) this.#waiting.delete(attemptId);
        resolve(null);
      }, timeoutMs);
      const seen = (body: AttemptStatusBody): void => {
        clearTimeout(timer);
        resolve(body);
      };
      waiting.add(seen);
    });
  }

  announced(attemptId: string, read: () => AttemptStatusBody): void {
    const waiting = this.#waiting.get(attemptId);
    if (!waiting) return;
    this.#waiting.delete(attemptId);
    const body = read();
    for (const seen of waiting) seen(body);
  }
}
