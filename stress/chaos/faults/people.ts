import { sendWishes } from '../../lib/send-wishes.ts';
import { now, type Wish } from '../../lib/wish.ts';
import { isOutage } from '../../../src/errors/is-outage.ts';
import type { ChaosRound, Fault, Heal } from '../fault.ts';

const nothing: Heal = () => Promise.resolve();

/** How many come at once when everybody does. */
const AT_ONCE = 64;

/** Lets `count` of them act, at most `AT_ONCE` at a time. */
async function together(count: number, act: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await act(next - 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

/** Whoever has come so far clicks again, ten times: with the same key, and with new ones. */
async function everybodyRetries({ crowd, sales, random }: ChaosRound): Promise<Heal> {
  // One each: what is refused is a try each time, and whoever has none left waits for ten seconds.
  const byShopper = new Map(crowd.wishes().map((wish) => [wish.shopper, wish]));
  const wishes = [...byShopper.values()].slice(-40);
  const again = wishes.flatMap((wish) => Array.from({ length: 10 }, () => wish));
  await together(again.length, async (index) => {
    const wish = again[index];
    if (wish) await crowd.buy({ ...wish, key: wish.idempotencyKey });
  });
  const shoppers = crowd.spare.slice(0, 10);
  const { saleId } = random.pick(sales);
  await together(shoppers.length * 10, async (index) => {
    const shopper = shoppers[index % shoppers.length];
    if (shopper) await crowd.buy({ shopper, saleId });
  });
  return nothing;
}

/** For so long everybody clicks as fast as they are answered, ms. */
const OVERLOAD_MS = 60_000;
const OVERLOAD_CONNECTIONS = 256;
const OVERLOADING_SHOPPERS = 20;
/** Of each of the two workers: twenty times what both may settle is 600 clicks a second, which two cores send. */
const SETTLED_PER_SEC = 15;
/** What is in flight when it ends is decided in a third of the ten seconds that promise I11 leaves. */
const MAX_INFLIGHT = 100;
const TWENTYFOLD_PER_SEC = 20 * 2 * SETTLED_PER_SEC;

/**
 * The crowd buys beside it; these clicks are replays, past the journal: they ask for nothing new, and their answers are
 * judged here.
 */
async function overload({ crowd, instance, judge, note, until }: ChaosRound): Promise<Heal | null> {
  // Not of whoever was refused: each of those replays would be a try, and their own next one is turned away for a minute.
  const bought = (): Wish[] => crowd.wishes().filter(({ accepted }) => accepted !== undefined);
  await until(() => bought().length >= OVERLOADING_SHOPPERS, 'enough shoppers have bought');
  const wishes = bought();
  const clicks = Array.from({ length: 2_500 * (OVERLOAD_MS / 1000) }, (_, index) => ({
    ...(wishes[index % wishes.length] as Wish),
  }));
  const answers = new Map<string, number>();
  let slowestMs = 0;
  const startedAt = now();
  await sendWishes(clicks, {
    ...{
      url: instance.url,
      connections: OVERLOAD_CONNECTIONS,
      is429Final: true,
      endsAt: now() + OVERLOAD_MS,
    },
    onSend: () => 0,
    onAnswer: ({ httpStatus = 0, retryAfterSec, t, sentAt = t }) => {
      const isTurnedAway = httpStatus === 429 || httpStatus === 503;
      const kind =
        isTurnedAway && retryAfterSec == null ? `${httpStatus} without Retry-After` : `${httpStatus}`;
      answers.set(kind, (answers.get(kind) ?? 0) + 1);
      slowestMs = Math.max(slowestMs, t - sentAt);
    },
  });
  const told = [...answers].map(([kind, count]) => `${count} × ${kind}`).join(', ');
  const perSec = Math.round(
    ([...answers.values()].reduce((sum, n) => sum + n, 0) * 1000) / (now() - startedAt),
  );
  note(`answers under overload: ${told}; ${perSec} a second, the slowest took ${Math.round(slowestMs)} ms`);
  const known = /^(200|202|409|422|429|503)$/;
  judge({
    id: 'I12',
    ok: [...answers.keys()].every((kind) => known.test(kind)), // 0: none within the client's 10 s
    detail: `under overload ${told}, the slowest after ${Math.round(slowestMs)} ms`,
  });
  // A machine that cannot send so much has not seen it.
  return perSec < TWENTYFOLD_PER_SEC ? null : nothing;
}

/** Pauses and resumes at the peak, puts units on sale and takes some off; another sale, if there is one, is stopped. */
async function operatorsAtThePeak(round: ChaosRound): Promise<Heal> {
  const { sale, operator, note, until } = round;
  await actAtThePeak(round).catch((error: unknown) => {
    if (!isOutage(error)) throw error; // an operator is told so too, and comes back
    note(`the operator could not: ${String(error)}`);
  });
  // Whatever was not done: nobody leaves a sale paused.
  const resume = (): Promise<boolean> => operator.resume(sale.saleId).then(() => true);
  return () => until(() => resume().catch(() => false), 'the sale is resumed');
}

async function actAtThePeak({ operator, sale, sales, random, pause, note }: ChaosRound): Promise<void> {
  const other = sales.find(({ saleId }) => saleId !== sale.saleId);
  for (let times = random.between(1, 3); times > 0; times -= 1) {
    const delta = random.pick([-1, 1]) * random.between(1, 12);
    note(`stock ${delta}: ${(await operator.changeStock(sale.saleId, delta)) ? 'done' : 'refused'}`);
    await operator.pause(sale.saleId);
    await pause(random.between(50, 500));
    await operator.resume(sale.saleId);
    await pause(random.between(50, 300));
  }
  if (other) await operator.stop(other.saleId);
}

export const PEOPLE_FAULTS: readonly Fault[] = [
  {
    name: 'everybody-retries',
    group: 'people',
    expected: 'the same key gets the same attempt, new keys the limit: nobody has more than is allowed',
    begin: everybodyRetries,
  },
  {
    name: 'overload',
    group: 'people',
    expected:
      'a minute of twenty times what may be settled: everybody is answered, with the attempt, a reason, or 429/503 and Retry-After; no time-outs',
    needs: {
      alone: true,
      env: {
        api: { MAX_INFLIGHT: String(MAX_INFLIGHT) },
        worker: { SETTLE_MAX_PER_SEC: String(SETTLED_PER_SEC) },
      },
    },
    begin: overload,
  },
  {
    name: 'sockets-dropped',
    group: 'people',
    expected: 'they come back and read what they missed; no outcome goes backwards',
    async begin({ crowd, random, pause }) {
      for (let times = random.between(1, 4); times > 0; times -= 1) {
        crowd.dropSockets();
        await pause(random.between(100, 600));
      }
      return nothing;
    },
  },
  {
    name: 'operators-at-the-peak',
    group: 'people',
    expected: 'paused and stopped in force at once everywhere; units come and go, none is sold twice or lost',
    begin: operatorsAtThePeak,
  },
];
