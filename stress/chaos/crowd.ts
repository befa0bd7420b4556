import { randomUUID } from 'node:crypto';
import type { Shopper } from '../../src/commands/lib/create-shoppers.ts';
import type { AttemptStatusBody } from '../../src/contracts/http.ts';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import { listen, reconnectAll, type Listener } from '../lib/listen.ts';
import type { RunJournal } from '../lib/run-journal.ts';
import { createShopClient } from '../lib/shop-client.ts';
import { sightOf } from '../lib/sight.ts';
import { createTally } from '../lib/tally.ts';
import { noteAnswer, now, type Wish } from '../lib/wish.ts';
import type { Crowd } from './fault.ts';
import { SPARE_SHOPPERS, type PlannedWish, type RoundPlan } from './plan.ts';

export interface OwnCrowd extends Crowd {
  wishes(): readonly Wish[];
  /** Lets everybody come as planned. Resolves when each has a final answer. */
  come(): Promise<void>;
  /** Asks what became of an attempt; the journal keeps it. @returns its HTTP status, 0 without an answer */
  ask(
    wish: Wish,
    how: 'by attempt' | 'by sale',
  ): Promise<{ httpStatus: number; body: AttemptStatusBody | null }>;
  accepted(): readonly Wish[];
  close(): void;
}

export interface CrowdDeps {
  url: string;
  plan: RoundPlan;
  saleIds: readonly string[];
  /** As many as planned. */
  shoppers: readonly Shopper[];
  journal: RunJournal;
}

const CONNECTIONS = 64;
/** A client that was told to come back, or told nothing, tries again for so long, ms: longer than an overload lasts. */
const GIVE_UP_AFTER_MS = 120_000;
const COME_BACK_AFTER_MS = 400;
const ASK_EVERY_MS = 300;
const ASK_AT_MOST = 4;

/** The shoppers of a round: they buy, walk away, come back with the same key, ask, and listen on sockets. */
export function createCrowd({ url, plan, saleIds, shoppers, journal }: CrowdDeps): OwnCrowd {
  const client = createShopClient({ url, connections: CONNECTIONS });
  const wishes = new Set<Wish>();
  const seen: JournalEntry[] = [];
  const failures: JournalEntry[] = [];
  let listeners: Listener[] = [];
  let isClosed = false;

  const push = (entry: JournalEntry): void => {
    if (isClosed) return; // a socket that speaks while it is let go
    seen.push(entry);
    journal.push(entry);
  };

  const buyUntilFinal = async (wish: Wish, patienceMs?: number): Promise<JournalEntry> => {
    const giveUpAt = now() + GIVE_UP_AFTER_MS;
    for (let patience = patienceMs; ; patience = undefined) {
      const sentAt = now();
      const request = journal.sent(wish, sentAt);
      const answer = await client.buy(wish, {
        sentAt,
        ...(patience === undefined ? {} : { patienceMs: patience }),
      });
      const entry = { ...answer, request };
      push(entry);
      const { httpStatus = 0 } = entry;
      if (httpStatus >= 500 || (httpStatus === 0 && patience === undefined)) failures.push(entry);
      if (noteAnswer(wish, entry) || now() > giveUpAt) return entry;
      await pause(COME_BACK_AFTER_MS * (0.75 + Math.random() / 2)); // not as one
    }
  };

  const ask: OwnCrowd['ask'] = async (wish, how) => {
    const sentAt = now();
    const attemptId = wish.accepted?.attemptId ?? '';
    const asked = how === 'by attempt' ? `attemptId=${attemptId}` : `saleId=${wish.saleId}`;
    const { httpStatus, text } = await client.read(`/api/purchase/status?${asked}`, wish.shopper.accessToken);
    if (httpStatus !== 200) return { httpStatus, body: null };
    const body = JSON.parse(text) as AttemptStatusBody | { status: 'none' };
    if (body.status === 'none') return { httpStatus, body: null };
    push(sightOf(wish, body, { sentAt, httpStatus }));
    return { httpStatus, body };
  };

  const wishOf = ({ sale, shopper, quantity, repeats }: PlannedWish, made: readonly Wish[]): Wish =>
    (repeats === undefined ? undefined : made[repeats]) ?? {
      saleId: saleIds[sale] ?? '',
      shopper: shoppers[shopper] as Shopper,
      quantity,
      idempotencyKey: randomUUID(),
    };

  const act = async (wish: Wish, { patienceMs, asks }: PlannedWish): Promise<void> => {
    await buyUntilFinal(wish, patienceMs);
    if (!asks || !wish.accepted) return;
    for (let count = 0; count < ASK_AT_MOST; count += 1) {
      const { body } = await ask(wish, 'by attempt');
      if (body && body.status !== 'queued') return;
      await pause(ASK_EVERY_MS);
    }
  };

  return {
    spare: shoppers.slice(-SPARE_SHOPPERS),
    seen: () => seen,
    failures: () => failures,
    wishes: () => [...wishes],
    accepted: () => [...wishes].filter(({ accepted }) => accepted !== undefined),
    async come() {
      const made: Wish[] = [];
      for (const planned of plan.wishes) made.push(wishOf(planned, made));
      listeners = await listen(
        { url, tally: createTally(), journal: { ...journal, push } },
        firstOfEach(made, plan.sockets),
      );
      // A socket that comes back by itself is another connection: it may meet a process that knows less.
      for (const listener of listeners) listener.socket.on('connect', () => (listener.connection += 1));
      const startedAt = now();
      const acting: Promise<void>[] = [];
      for (const [index, planned] of plan.wishes.entries()) {
        await pause(startedAt + planned.atMs - now());
        const wish = made[index] as Wish;
        wishes.add(wish);
        acting.push(act(wish, planned));
      }
      await Promise.all(acting);
    },
    async buy({ shopper, saleId, quantity = 1, key = randomUUID() }) {
      const isThis = (one: Wish): boolean =>
        one.shopper === shopper && one.saleId === saleId && one.idempotencyKey === key;
      const wish = [...wishes].find(isThis) ?? { saleId, shopper, quantity, idempotencyKey: key };
      wishes.add(wish);
      return buyUntilFinal(wish);
    },
    ask,
    dropSockets: () => reconnectAll(listeners),
    close() {
      isClosed = true;
      listeners.forEach(({ socket }) => socket.disconnect());
      client.close();
    },
  };
}

/** The first wish of each of the first `count` shoppers: one page each. */
function firstOfEach(wishes: readonly Wish[], count: number): Wish[] {
  const first = new Map<Shopper, Wish>();
  for (const wish of wishes)
    if (first.size < count && !first.has(wish.shopper)) first.set(wish.shopper, wish);
  return [...first.values()];
}

function pause(ms: number): Promise<void> | undefined {
  return ms <= 0 ? undefined : new Promise((resolve) => setTimeout(resolve, ms));
}
