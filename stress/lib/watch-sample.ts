import type { AttemptStatusBody } from '../../src/contracts/http.ts';
import { openSocket } from './open-socket.ts';
import { sightOf } from './sight.ts';
import type { Stage } from './stage.ts';
import { now, type Wish } from './wish.ts';

const POLL_EVERY_MS = 250;
const ASKED_AT_ONCE = 8;
/** The first in line, so most of them are accepted. */
const SAMPLE = 100;

export interface SampleWatch {
  /** Asks for the status of every accepted wish of the sample once more, and lets go. */
  close(): Promise<void>;
}

/** Follows the first of the crowd as a page would: the outcome on a socket, the status by polling. */
export async function watchSample(
  { url, journal, tally, print }: Stage,
  crowd: readonly Wish[],
): Promise<SampleWatch> {
  const wishes = crowd.slice(0, SAMPLE);
  const heardAt = new Map<Wish, number>();
  const opened = await Promise.all(
    wishes.map((wish) => {
      const onOutcome = (body: AttemptStatusBody): void => {
        if (body.saleId !== wish.saleId) return;
        if (!heardAt.has(wish)) heardAt.set(wish, now());
        journal.push(sightOf(wish, body));
      };
      const { accessToken } = wish.shopper;
      return openSocket(url, { accessToken, listen: { 'purchase:outcome': onOutcome } });
    }),
  );
  print(`${opened.filter(({ openMs }) => openMs !== null).length} sockets listen`);

  const decided = new Set<Wish>();
  const ask = async (wish: Wish): Promise<void> => {
    if (!wish.accepted || decided.has(wish)) return;
    const sentAt = now();
    const answer = await fetch(`${url}/api/purchase/status?attemptId=${wish.accepted.attemptId}`, {
      headers: { authorization: `Bearer ${wish.shopper.accessToken}` },
      signal: AbortSignal.timeout(5_000),
    }).catch(() => null);
    const body = answer?.ok ? ((await answer.json().catch(() => null)) as AttemptStatusBody | null) : null;
    if (!body) return;
    if (body.status !== 'queued') decided.add(wish);
    journal.push(sightOf(wish, body, { sentAt, httpStatus: 200 }));
  };
  const askAll = async (): Promise<void> => {
    for (let start = 0; start < wishes.length; start += ASKED_AT_ONCE) {
      await Promise.all(wishes.slice(start, start + ASKED_AT_ONCE).map(ask));
    }
  };
  const closing = new AbortController();
  const polling = (async () => {
    while (!closing.signal.aborted) {
      await askAll();
      await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
    }
  })();

  return {
    async close() {
      closing.abort();
      await polling;
      await askAll();
      opened.forEach(({ socket }) => socket.disconnect());
      for (const [{ accepted }, t] of heardAt) if (accepted) tally.time('outcome', t - accepted.sentAt);
    },
  };
}
