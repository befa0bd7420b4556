import { readFile } from 'node:fs/promises';
import { findSecret } from '../../../src/commands/lib/find-secret.ts';
import { openServices, type Services } from '../../../src/commands/lib/open-services.ts';
import { createAccessTokens } from '../../../src/features/account/access-token.ts';
import { gatherCrowd } from '../crowd.ts';
import type { Measurement } from '../measurement.ts';
import { runOpenLoop, type OpenLoopResult } from '../open-loop.ts';
import { readSettled } from '../read-settled.ts';
import { createStampedeSeller } from '../stampede-seller.ts';
import { startStampede, type StampedeInstance } from '../start-stampede.ts';
import { latencyOf } from '../statistics.ts';
import { watchSale } from '../watch-sale.ts';
import * as shared from './round.ts';

const MAX_INFLIGHT = 5_000;
const SETTLED_PER_SEC = 1_000;
const OFFERED_PER_SEC = 10 * SETTLED_PER_SEC;
const SECONDS = 8;

/**
 * (f) Ten times as many as can be settled, arriving whether or not others were answered, at an instance of its own: its
 * database needs a millisecond an order, its bound is 5,000 in flight.
 */
export async function overload(round: shared.Round): Promise<Measurement> {
  const { api = [] } = await round.contenders.stampede.pids();
  const instance = await startStampede({
    ...{ WEB_CONCURRENCY: String(api.length), SETTLE_CONCURRENCY: '1', DEMO: '0', NODE_ENV: 'production' },
    MAX_INFLIGHT: String(MAX_INFLIGHT),
  });
  round.contenders.onStop(instance.stop);
  try {
    const urls = await instance.read();
    const services = await openServices(urls);
    try {
      const secret = await findSecret({ jwtSecret: undefined, dataDir: instance.dataDir }, urls);
      return await measure(round, instance, services, secret);
    } finally {
      await services.close();
    }
  } finally {
    await instance.stop();
  }
}

async function measure(
  round: shared.Round,
  instance: StampedeInstance,
  services: Services,
  secret: string,
): Promise<Measurement> {
  const { db } = services;
  const tokens = createAccessTokens({ secret });
  const crowd = await gatherCrowd({ db, others: [], tokens }, OFFERED_PER_SEC * SECONDS, instance.dataDir);
  const seller = await createStampedeSeller(instance, services, { maxInflight: MAX_INFLIGHT });
  const saleId = await seller.openSale(crowd.userIds.length);
  await db.raw(
    `create function bench_slow_settling() returns trigger language plpgsql as $$
     begin perform pg_sleep((new.sold - old.sold)::float8 / ${SETTLED_PER_SEC}); return new; end $$;
     create trigger bench_slow_settling before update on stocks
       for each row when (new.sold > old.sold) execute function bench_slow_settling()`,
  );
  const metered = await shared.meterUsage(seller);
  const watch = watchSale(seller, saleId, 100);
  const sent = await runOpenLoop({
    ...{ url: seller.url, path: shared.ATTEMPT_PATH, body: JSON.stringify({ saleId }) },
    tokens: (await readFile(crowd.tokensFile, 'utf8')).trim().split('\n'),
    ...{ keyPrefix: `overload-${round.number}-`, perSec: OFFERED_PER_SEC },
    connections: shared.DROP_CONNECTIONS,
  });
  // Right after the last answer: what was settled beside the load, then how fast the rest is settled without one.
  const { sold, queued } = await seller.readProgress(saleId);
  const loadEndedAt = Date.now();
  const usage = await metered();
  const soldAt = await watch.whenSold(sold + queued, shared.DRAINED_WITHIN_MS);
  const drained = await seller.waitForDrain(saleId, shared.DRAINED_WITHIN_MS);
  const samples = await watch.stop();
  const settled = await readSettled(db, saleId);
  const counts = await seller.readCounts(saleId);
  const settledPerSec = (sold / Math.max(1, loadEndedAt - settled.firstAdmittedAtMs)) * 1000;
  const withoutLoadPerSec = (queued / Math.max(1, (soldAt ?? Infinity) - loadEndedAt)) * 1000;
  const invariants = await shared.judge(seller, saleId, {
    ...{ drained, accepted: sent.latencyMs[202]?.length ?? 0, admitted: counts.admitted ?? 0 },
    decided: settled.confirmed + settled.rejected,
  });
  return shared.measurementOf(round, seller, 'overload', {
    figures: {
      ...{ settledPerSec, drainedPerSec: withoutLoadPerSec },
      ...(withoutLoadPerSec > 0 ? { goodputShare: settledPerSec / withoutLoadPerSec } : {}),
      generatorLateP99Ms: latencyOf(sent.lateMs).p99,
      refusedP99Ms: latencyOf(sent.latencyMs[503] ?? []).p99,
      notAnswered: sent.timeouts + sent.connectionErrors,
      ...shared.cpuPer(crowd.userIds.length, usage),
    },
    counts: { ...countStatuses(sent), ...counts },
    latencyMs: latencyOf(Object.values(sent.latencyMs).flat()),
    settleMs: settled.settleMs,
    ...{ usage, samples, invariants },
  });
}

function countStatuses({ latencyMs, timeouts, connectionErrors }: OpenLoopResult): Record<string, number> {
  const byStatus = Object.entries(latencyMs).map(([status, times]) => [`answered ${status}`, times.length]);
  return { ...(Object.fromEntries(byStatus) as Record<string, number>), timeouts, connectionErrors };
}
