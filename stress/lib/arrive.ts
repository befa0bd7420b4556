import { now } from './wish.ts';

export interface Arrivals {
  /** A second on average; 0: each as soon as one of `connections` is free. */
  rate: number;
  connections: number;
  /** Nobody arrives after this time, epoch ms. */
  endsAt: number;
}

/** An instance that stopped answering must not fill this process's memory. */
const MOST_AT_ONCE = 20_000;

/**
 * Lets one after the other act, and waits until all are done.
 *
 * With a rate arrivals are those of a crowd of strangers (exponential gaps) and wait for nobody: who measures from
 * `dueAt` counts the time an arrival had to wait for a connection too (coordinated omission).
 *
 * @throws what the first `act` threw, when the others are done
 */
export async function arrive<T>(
  items: Iterable<T>,
  { rate, connections, endsAt }: Arrivals,
  act: (item: T, dueAt: number) => Promise<void>,
): Promise<void> {
  const acting = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let dueAt = now();
  const mostAtOnce = rate === 0 ? connections : MOST_AT_ONCE;
  for (const item of items) {
    if (rate > 0) {
      dueAt += (-Math.log(1 - Math.random()) / rate) * 1000;
      const waitMs = dueAt - now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    while (acting.size >= mostAtOnce) await Promise.race(acting);
    if (now() >= endsAt || failures.length > 0) break;
    const one = act(item, rate > 0 ? dueAt : now())
      .catch((error: unknown) => void failures.push(error))
      .finally(() => acting.delete(one));
    acting.add(one);
  }
  await Promise.all(acting);
  if (failures.length > 0) throw failures[0];
}

/** Turns without end; the clock ends them. */
export function* endless(): Generator<number> {
  for (let turn = 0; ; turn += 1) yield turn;
}
