import { arrive } from '../lib/arrive.ts';
import { createBrowsing } from '../lib/browse.ts';
import { drainStage } from '../lib/drain-stage.ts';
import { listen, reconnectAll, type Listener } from '../lib/listen.ts';
import { sendCrowd } from '../lib/send-crowd.ts';
import { createShopClient } from '../lib/shop-client.ts';
import { saleOf, type Stage, type Verdict } from '../lib/stage.ts';
import { waitUntil } from '../lib/wait-until.ts';
import { aWishFor, now } from '../lib/wish.ts';
import type { Scenario } from './scenario.ts';

/** Long enough for the slowest machine: a socket that is silent for so long has missed it. */
const HEARD_WITHIN_MS = 15_000;

export const sockets: Scenario = {
  name: 'sockets',
  words: 'everybody listens on a socket and buys; then all lose their connection at once and come back',
  defaults: { stock: 200, shoppers: 1_000, connections: 64, rate: 0, duration: 30, sales: 1 },
  atMost: { shoppers: 5_000 },
  async play(stage) {
    const { saleId, stock } = saleOf(stage);
    const wishes = stage.shoppers.map((shopper) => aWishFor(shopper, saleId));
    const listeners = await listen(stage, wishes);
    try {
      stage.print(`${listeners.filter(({ socket }) => socket.connected).length} sockets listen`);
      await sendCrowd(stage, wishes);
      await drainStage(stage);
      const sold = Math.min(stock, stage.wishes.size);
      return [
        await judgeTicks(stage, listeners, sold),
        await judgeOutcomes(stage, listeners),
        await judgeReturn(stage, listeners, sold),
      ];
    } finally {
      listeners.forEach(({ socket }) => socket.disconnect());
    }
  },
};

/** Each hears the last word about the stock, and on one connection nothing older than what it had heard. */
async function judgeTicks({ tally }: Stage, listeners: readonly Listener[], sold: number): Promise<Verdict> {
  const isRight = ({ tick }: Listener): boolean => isLastWord(tick?.body, sold);
  await waitUntil(() => listeners.every(isRight), HEARD_WITHIN_MS);
  const soldOutAt = listeners.flatMap((listener) => listener.soldOutAt ?? []);
  const first = soldOutAt.reduce((least, at) => Math.min(least, at), Infinity);
  soldOutAt.forEach((at) => tally.time('sold out after the first', at - first));
  const right = listeners.filter(isRight).length;
  const back = listeners.reduce((sum, { ticksBack }) => sum + ticksBack, 0);
  return {
    id: 'ticks',
    ok: right === listeners.length && back === 0,
    detail: `${right} of ${listeners.length} sockets heard how many are left; ${back} ticks went back`,
  };
}

/** Whoever is accepted hears the outcome on the socket, or reads it as a page does after 3 s of silence. */
async function judgeOutcomes(stage: Stage, listeners: readonly Listener[]): Promise<Verdict> {
  const { url, settings, tally } = stage;
  const accepted = listeners.filter(({ wish }) => wish.accepted);
  const silent = (): Listener[] => accepted.filter(({ outcome }) => !outcome);
  await waitUntil(() => silent().length === 0, HEARD_WITHIN_MS);
  for (const { wish, outcome } of accepted) {
    if (outcome && wish.accepted) tally.time('outcome', outcome.heardAt - wish.accepted.sentAt);
  }
  const missed = silent();
  const client = createShopClient({ url, connections: settings.connections });
  const browsing = createBrowsing(stage, client);
  const pace = { rate: 0, connections: settings.connections, endsAt: now() + HEARD_WITHIN_MS };
  await arrive(missed, pace, ({ wish }) => browsing.attemptStatus(wish)).finally(() => client.close());
  const unread = [...browsing.troubles.values()].reduce((sum, count) => sum + count, 0);
  return {
    id: 'outcomes',
    ok: unread === 0,
    detail:
      `${accepted.length - missed.length} of ${accepted.length} accepted heard it on the socket, ` +
      `${missed.length - unread} read it, ${unread} do not know`,
  };
}

async function judgeReturn({ tally }: Stage, listeners: readonly Listener[], sold: number): Promise<Verdict> {
  const leftAt = now();
  reconnectAll(listeners);
  const isRight = ({ tick }: Listener): boolean => isLastWord(tick?.body, sold);
  await waitUntil(() => listeners.every(isRight), HEARD_WITHIN_MS);
  const right = listeners.filter(isRight);
  for (const { tick } of right) if (tick) tally.time('back with the right state', tick.heardAt - leftAt);
  return {
    id: 'back',
    ok: right.length === listeners.length,
    detail: `${right.length} of ${listeners.length} sockets came back and know how many are left`,
  };
}

function isLastWord(
  body: { stock: { total: number; remaining: number } } | undefined,
  sold: number,
): boolean {
  return body !== undefined && body.stock.total - body.stock.remaining === sold;
}
