import type { Services } from '../../../src/commands/lib/open-services.ts';
import { gatherCrowd } from '../crowd.ts';
import type { Measurement } from '../measurement.ts';
import type { OpenLoopResult } from '../open-loop.ts';
import { startOpenLoop } from '../start-open-loop.ts';
import type { Contenders } from '../start-contenders.ts';
import { startShop, type Shop } from '../start-shop.ts';
import { latencyOf } from '../statistics.ts';
import { watchSale } from '../watch-sale.ts';
import * as shared from './round.ts';

const MAX_INFLIGHT = 5_000;
const SETTLED_PER_SEC = 1_000;
const OFFERED_PER_SEC = 10 * SETTLED_PER_SEC;
/** So long that it is a state and not a moment: the first half second admits 5,000, which is another work. */
const SECONDS = 20;
const OFFERED = OFFERED_PER_SEC * SECONDS;
/** By then the first 5,000 are promised, and all who waited behind them have been answered. */
const LASTING_FROM_MS = 2_000;
/** It takes part of what is measured: four times a second shows a queue that is drained five times a second. */
const WATCHED_EVERY_MS = 250;
/** Its timers wake it every millisecond or two; what was sent later than this tells of the generator. */
const LATE_FROM_MS = 10;

/**
 * Before the first round the same for moments, from the same generator: processes of a second's age, ours and the generator's,
 * still compile the code that is to be measured. The first load is told apart, for this is what an instance does that has just
 * been started. It has had the work of its first half second, 5,000 promises, once; so two short ones follow, of which nothing
 * is told. Refusals' p99 of loads of two seconds each after the first, two new instances: 114, 73, 129, 52, 44 and 46 ms, and
 * 232, 124, 166, 44, 15 and 40.
 */
const EARLIER_ATTEMPTS = [50_000, 20_000, 20_000];

/**
 * (f) Ten times as many as may be settled, arriving whether or not others were answered, at an instance of its own with
 * `SETTLE_MAX_PER_SEC` and a bound of 5,000 in flight. It is up for the whole run, as what everything else is measured at.
 */
export function createOverload(contenders: Contenders): (round: shared.Round) => Promise<Measurement> {
  let shop: OverloadedShop | undefined;
  return async (round) => {
    if (shop) return measure(round, shop);
    shop = await openShop(contenders);
    const earlier: Load[] = [];
    for (const amount of EARLIER_ATTEMPTS)
      earlier.push(await offerUnmeasured(shop, `earlier-${earlier.length}`, amount));
    return measure(round, shop, earlier);
  };
}

interface OverloadedShop extends Shop {
  /** The same generator and the same crowd for each load, with keys of its own. */
  offer: (saleId: string, name: string, amount: number) => Promise<OpenLoopResult>;
}

/** A load before the first that is measured; told with that one. */
interface Load {
  sent: OpenLoopResult;
  invariants: Measurement['invariants'];
}

async function openShop({ stampede, onStop }: Contenders): Promise<OverloadedShop> {
  const { api = [] } = await stampede.pids();
  const shop = await startShop({
    ...{ apiProcesses: api.length, maxInflight: MAX_INFLIGHT },
    variables: { SETTLE_MAX_PER_SEC: String(SETTLED_PER_SEC) },
  });
  onStop(shop.stop);
  const { seller, services, tokens, folder } = shop;
  const deps = { db: services.db, others: [], tokens };
  const { tokensFile } = await gatherCrowd(deps, Math.max(...EARLIER_ATTEMPTS, OFFERED), folder);
  const openLoop = startOpenLoop();
  onStop(() => {
    openLoop.stop();
    return Promise.resolve();
  });
  const offer: OverloadedShop['offer'] = (saleId, name, amount) =>
    openLoop.run({
      ...{ url: seller.url, path: shared.ATTEMPT_PATH, body: JSON.stringify({ saleId }) },
      ...{ tokensFile, keyPrefix: `${name}-`, from: 0, amount },
      ...{ connections: shared.CONNECTIONS, perSec: OFFERED_PER_SEC },
      readFirst: `/api/flash-sale/status?saleId=${saleId}`,
    });
  return { ...shop, offer };
}

async function offerUnmeasured(
  { seller, offer }: OverloadedShop,
  name: string,
  amount: number,
): Promise<Load> {
  const saleId = await seller.openSale(amount);
  const sent = await offer(saleId, name, amount);
  const { invariants } = await shared.concludeSale(seller, saleId, {
    drained: await seller.waitForDrain(saleId, shared.DRAINED_WITHIN_MS),
    accepted: sent.latencyMs[202]?.length ?? 0,
  });
  return { sent, invariants };
}

async function measure(
  round: shared.Round,
  { seller, services, offer }: OverloadedShop,
  earlier: readonly Load[] = [],
): Promise<Measurement> {
  const { db } = services;
  const [first] = earlier;
  const saleId = await seller.openSale(OFFERED);
  const metered = await shared.meterUsage(seller);
  const watch = watchSale(seller, saleId, WATCHED_EVERY_MS);
  const sent = await offer(saleId, `overload-${round.number}`, OFFERED);
  const usage = await metered();
  const drained = await seller.waitForDrain(saleId, shared.DRAINED_WITHIN_MS);
  const samples = await watch.stop();
  const { settled, counts, invariants } = await shared.concludeSale(seller, saleId, {
    ...{ drained, accepted: sent.latencyMs[202]?.length ?? 0 },
  });
  const untilMs = settled.firstAdmittedAtMs + sent.seconds * 1000;
  const settledPerSec = (await countSettledUntil(db, saleId, untilMs)) / sent.seconds;
  return shared.measurementOf(round, seller, 'overload', {
    figures: {
      ...{ settledPerSec, goodputShare: settledPerSec / SETTLED_PER_SEC },
      generatorLateP99Ms: latencyOf(sent.lateMs).p99,
      refusedP99Ms: latencyOf(sent.latencyMs[503] ?? []).p99,
      ...(first ? { refusedFirstP99Ms: latencyOf(first.sent.latencyMs[503] ?? []).p99 } : {}),
      refusedLaterP99Ms: latencyOf(refusedLater(sent)).p99,
      notAnswered: notAnswered([...earlier.map((load) => load.sent), sent]),
      ...shared.cpuPer(OFFERED, usage),
    },
    counts: { ...counts, ...describeAnswers(sent) },
    generatorBusy: sent.generatorBusy,
    latencyMs: latencyOf(Object.values(sent.latencyMs).flat()),
    acceptedMs: latencyOf(sent.latencyMs[202] ?? []),
    refusedMs: latencyOf(sent.latencyMs[503] ?? []),
    settleMs: settled.settleMs,
    ...{
      usage,
      samples,
      invariants: [...earlier.flatMap((load) => load.invariants), ...invariants],
    },
  });
}

function notAnswered(all: readonly OpenLoopResult[]): number {
  return all.reduce((sum, { timeouts, connectionErrors }) => sum + timeouts + connectionErrors, 0);
}

/** The latencies of those refused once overload lasts. */
function refusedLater({ latencyMs, dueMs }: OpenLoopResult): number[] {
  return (latencyMs[503] ?? []).filter((_ms, index) => (dueMs[503]?.[index] ?? 0) >= LASTING_FROM_MS);
}

/** @param untilMs  epoch ms on the gate's clock, as the first promise's */
async function countSettledUntil(db: Services['db'], saleId: string, untilMs: number): Promise<number> {
  const { rows } = await db.raw<{ rows: { settled: number }[] }>(
    `select count(*)::int as settled from purchase_attempts
      where sale_id = ? and settled_at < to_timestamp(?::float8 / 1000)`,
    [saleId, untilMs],
  );
  return rows[0]?.settled ?? 0;
}

/** What came back, and what the generator itself was short of. */
function describeAnswers(sent: OpenLoopResult): Record<string, number> {
  const byStatus = Object.entries(sent.latencyMs).map(([status, times]) => [
    `answered ${status}`,
    times.length,
  ]);
  return {
    ...(Object.fromEntries(byStatus) as Record<string, number>),
    '503 without Retry-After': sent.withoutRetryAfter,
    timeouts: sent.timeouts,
    ...sent.failures,
    'most waiting for a connection': sent.mostWaiting,
    'sent more than 10 ms late': sent.lateMs.filter((ms) => ms > LATE_FROM_MS).length,
  };
}
