import { randomUUID } from 'node:crypto';
import { waitForDrain } from '../../src/commands/lib/wait-for-drain.ts';
import type { Services } from '../../src/commands/lib/open-services.ts';
import type { Shopper } from '../../src/commands/lib/create-shoppers.ts';
import type { InvariantBody } from '../../src/contracts/http.ts';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import { checkInvariants } from '../../src/features/purchase/purchase.invariants.ts';
import { compareAnswers } from '../lib/compare-answers.ts';
import { percentiles, type LatencyFigures } from '../lib/percentiles.ts';
import type { Report } from '../lib/print-report.ts';
import { sendWishes } from '../lib/send-wishes.ts';
import { watchSample } from '../lib/watch-sample.ts';
import { now, type Wish } from '../lib/wish.ts';

/** Shoppers whose sockets and statuses are followed; the first in line, so most of them are accepted. */
const SAMPLE = 100;
/** Every so many wishes one is sent twice with the same key, some distance apart. */
const REPLAY_EVERY = 20;
const REPLAY_DISTANCE = 50;
/** A client gives up after this long; so the run is bounded whatever happens, ms. */
const GIVE_UP_AFTER_MS = 60_000;
const DRAINED_WITHIN_MS = 60_000;

export interface DropOptions {
  url: string;
  saleId: string;
  stock: number;
  shoppers: readonly Shopper[];
  connections: number;
  maxInflight: number;
  print: (line: string) => void;
}

/**
 * Everybody wants one unit at once; whoever gets no final answer sends the same key again. Then waits for the drain and
 * checks every promise, with all that every shopper saw.
 *
 * @returns the figures, and the journal
 */
export async function runDrop(
  services: Services,
  options: DropOptions,
): Promise<{ report: Report; journal: JournalEntry[] }> {
  const { url, saleId, stock, shoppers, maxInflight, print } = options;
  const journal: JournalEntry[] = [];
  const wishes = shoppers.map((shopper): Wish => ({ shopper, idempotencyKey: randomUUID(), quantity: 1 }));
  const sample = await watchSample(wishes.slice(0, SAMPLE), {
    url,
    saleId,
    onSight: (entry) => journal.push(entry),
  });
  print(`${sample.connected} sockets listen. Go.`);

  const startedAt = now();
  const sent = await sendUntilAnswered(withReplays(wishes), { ...options, journal });
  const answeredMs = now() - startedAt;
  print(`answered in ${(answeredMs / 1000).toFixed(1)} s, draining`);
  const drained = await waitForDrain(services, [saleId], DRAINED_WITHIN_MS);
  await sample.close();

  const invariants = await checkInvariants(services, { saleId, deep: true, journal, maxInflight });
  invariants.push(await compareAnswers(services.db, saleId, wishes));
  const settled = await readSettled(services, saleId);
  invariants.push(soldAsAsked(settled.confirmed, stock, shoppers.length));
  return {
    journal,
    report: {
      scenario: 'drop',
      ...{ url, saleId, stock, shoppers: shoppers.length },
      ...sent,
      accepted: wishes.filter(({ accepted }) => accepted).length,
      refused: countRefusals(wishes),
      unanswered: wishes.filter(({ accepted, refusedWith }) => !accepted && refusedWith === undefined).length,
      confirmed: settled.confirmed,
      rejected: settled.rejected,
      answersPerSec: Math.round((sent.requests / answeredMs) * 1000),
      settledPerSec: settled.perSec,
      latencyMs: {
        accept: percentiles(wishes.flatMap(({ accepted }) => accepted?.acceptMs ?? [])),
        settle: settled.latency,
        outcome: percentiles(sample.outcomeMs()),
      },
      drained,
      invariants,
    },
  };
}

/** The crowd in order, with some wishes twice: the second time beside the first one, or after its answer. */
function withReplays(wishes: readonly Wish[]): Wish[] {
  const queue = [...wishes];
  for (let at = wishes.length - 1 - REPLAY_DISTANCE; at >= 0; at -= REPLAY_EVERY) {
    const wish = wishes[at];
    if (wish) queue.splice(at + (at % 2 === 0 ? REPLAY_DISTANCE : 1), 0, wish);
  }
  return queue;
}

async function sendUntilAnswered(
  queue: readonly Wish[],
  { url, saleId, connections, print, journal }: DropOptions & { journal: JournalEntry[] },
): Promise<Pick<Report, 'requests' | 'retries' | 'cutAnswers'>> {
  const giveUpAt = now() + GIVE_UP_AFTER_MS;
  let [answers, requests] = [0, 0];
  const progress = setInterval(() => print(`${answers} answers to ${requests} requests`), 1_000);
  const onAnswer = (entry: JournalEntry): void => {
    journal.push(entry);
    answers += 1;
  };
  try {
    let left = queue;
    while (left.length > 0 && now() < giveUpAt) {
      if (requests > 0) await new Promise((resolve) => setTimeout(resolve, 500)); // what is down needs a moment
      requests += left.length;
      left = await sendWishes(left, { url, saleId, connections, onAnswer });
    }
  } finally {
    clearInterval(progress);
  }
  return { requests, retries: requests - queue.length, cutAnswers: requests - answers };
}

function countRefusals(wishes: readonly Wish[]): Record<string, number> {
  const refused: Record<string, number> = {};
  for (const { accepted, refusedWith } of wishes) {
    if (!accepted && refusedWith !== undefined) refused[refusedWith] = (refused[refusedWith] ?? 0) + 1;
  }
  return refused;
}

/** One unit each: what is sold is exactly the smaller of stock and crowd. */
function soldAsAsked(confirmed: number, stock: number, shoppers: number): InvariantBody {
  const wanted = Math.min(stock, shoppers);
  return {
    id: 'sold',
    ok: confirmed === wanted,
    detail: `${confirmed} orders, ${wanted} expected`,
    checkedAt: new Date().toISOString(),
  };
}

interface Settled {
  confirmed: number;
  rejected: number;
  perSec: number;
  latency: LatencyFigures;
}

/** Both times are on the gate's clock. */
async function readSettled({ db }: Services, saleId: string): Promise<Settled> {
  const { rows } = await db.raw<{ rows: { outcome: string; admitted: number; settled: number }[] }>(
    `select outcome, extract(epoch from admitted_at)::float8 * 1000 as admitted,
            extract(epoch from settled_at)::float8 * 1000 as settled
       from purchase_attempts where sale_id = ?`,
    [saleId],
  );
  const [from, to] = rows.reduce(
    ([first, last], { admitted, settled }) => [Math.min(first, admitted), Math.max(last, settled)],
    [Infinity, -Infinity],
  );
  const confirmed = rows.filter(({ outcome }) => outcome === 'confirmed').length;
  return {
    confirmed,
    rejected: rows.length - confirmed,
    perSec: rows.length === 0 ? 0 : Math.round((rows.length / Math.max(1, to - from)) * 1000),
    latency: percentiles(rows.map(({ admitted, settled }) => settled - admitted)),
  };
}
