import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gatherCrowd } from '../crowd.ts';
import type { GrowthWorkName, Measurement } from '../measurement.ts';
import { readSaleMemory } from '../read-sale-memory.ts';
import { startShop, type Shop } from '../start-shop.ts';
import { growthFigures, growthStages, mediansOf, sum } from './growth-figures.ts';
import * as shared from './round.ts';
import { sellInStages, STAGE, type Stage } from './sell-in-stages.ts';

/** Above the backlog of a stage. */
const MAX_INFLIGHT = 2 * STAGE;
const WARM_UP = 50_000;

const ATTEMPTS: Record<GrowthWorkName, number> = {
  'growth-1k': 1_000,
  'growth-10k': 10_000,
  'growth-100k': 100_000,
  'growth-1m': 1_000_000,
};

/**
 * (h) As many attempts as shoppers and units at one sale, a thousand to a million, at an instance of its own whose tables
 * keep them all. Each size is sold as often as the scale says, and the medians count.
 */
export function growth(round: shared.Round): (() => Promise<Measurement>)[] {
  const works = Object.keys(round.scale.growth) as GrowthWorkName[];
  let opened: Promise<GrowthShop> | undefined;
  return works.map((work, index) => async () => {
    opened ??= openShop(round, works);
    const shop = await opened;
    try {
      return await measureSize(round, shop, work);
    } finally {
      if (index === works.length - 1) await shop.stop();
    }
  });
}

interface GrowthShop extends Shop {
  /** The tokens of a stage's shoppers: other ones in each stage, the same ones whatever the size. */
  tokensOf: (stage: number) => Promise<string>;
}

async function openShop(round: shared.Round, works: readonly GrowthWorkName[]): Promise<GrowthShop> {
  const { api = [] } = await round.contenders.stampede.pids();
  const shop = await startShop({ apiProcesses: api.length, maxInflight: MAX_INFLIGHT });
  round.contenders.onStop(shop.stop);
  const most = Math.max(...works.map((work) => ATTEMPTS[work]));
  const files: Promise<string>[] = [];
  const gather = async (stage: number): Promise<string> => {
    const folder = join(shop.folder, `crowd-${stage}`);
    await mkdir(folder);
    const deps = { db: shop.services.db, others: [], tokens: shop.tokens };
    return (await gatherCrowd(deps, Math.min(STAGE, most), folder)).tokensFile;
  };
  const tokensOf = (stage: number): Promise<string> => (files[stage] ??= gather(stage));
  // Its code is compiled before the smallest sale, which would else look dearer than it is.
  await sellInStages(round, shop, Math.min(WARM_UP, most), tokensOf);
  return { ...shop, tokensOf };
}

interface SoldOnce {
  stages: Stage[];
  figures: Measurement['figures'];
  invariants: Measurement['invariants'];
  redisBytes: Record<string, number>;
}

async function measureSize(
  round: shared.Round,
  { seller, services, tokensOf }: GrowthShop,
  work: GrowthWorkName,
): Promise<Measurement> {
  const [attempts, sales] = [ATTEMPTS[work], round.scale.growth[work] ?? 1];
  await services.db.raw('checkpoint');
  const found: SoldOnce[] = [];
  for (let sale = 0; sale < sales; sale += 1) {
    const { saleId, stages } = await sellInStages(round, { seller, services }, attempts, tokensOf);
    const memory = await readSaleMemory(services.redis, saleId);
    const { admitted = 0 } = await seller.readCounts(saleId);
    const invariants = await shared.judge(seller, saleId, {
      drained: stages.every(({ drained }) => drained),
      accepted: sum(stages, ({ result }) => result.accepted),
      admitted,
      decided: sum(stages, ({ settled }) => settled.confirmed + settled.rejected),
    });
    const { known = 0 } = memory.bytesByKind;
    found.push({
      stages,
      redisBytes: memory.bytesByKind,
      invariants,
      figures: {
        ...growthFigures(stages),
        redisBytesPerShopper: memory.bytes / attempts,
        redisBytesPerAttempt: known / attempts,
        leftInflight: memory.inflight,
      },
    });
  }
  const { stages: lastStages = [], redisBytes = {} } = found.at(-1) ?? {};
  const last = lastStages.at(-1);
  if (!last) throw new Error('nothing was sold');
  return shared.measurementOf(round, seller, work, {
    figures: mediansOf(found.map(({ figures }) => figures)),
    counts: shared.countsOf(last.result),
    ...shared.seen(last.result),
    ...(last.result.refused === 0 ? { acceptedMs: last.result.latencyMs } : {}),
    settleMs: last.settled.settleMs,
    usage: last.usage,
    invariants: found.flatMap(({ invariants }) => invariants),
    growth: { stages: growthStages(lastStages), redisBytes },
  });
}
