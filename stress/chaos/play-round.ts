import { isOutage } from '../../src/errors/is-outage.ts';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createShoppers } from '../../src/commands/lib/create-shoppers.ts';
import { openRunJournal } from '../lib/run-journal.ts';
import { createCrowd } from './crowd.ts';
import { createRound } from './create-round.ts';
import type { ChaosRound } from './fault.ts';
import type { OwnInstance } from './instance.ts';
import { judgeRound, type RoundVerdict } from './judge-round.ts';
import type { Lines } from './lines.ts';
import { whatMayBeLost } from './losses.ts';
import type { PlannedFault, RoundPlan } from './plan.ts';
import { createRandom } from './random.ts';
import { measureRecovery } from './recovery.ts';
import { openRoundSales } from './round-sales.ts';
import { saveStores } from './save-stores.ts';
import type { Stores } from './stores.ts';

export interface RoundDeps {
  instance: OwnInstance;
  lines: Lines;
  stores: Stores;
  /** Where a failing round leaves its journal and its log. */
  out: string;
}

export interface RoundResult {
  seed: number;
  ack: RoundPlan['ack'];
  /** Those that were met, the leading one first. */
  faults: string[];
  ok: boolean;
  verdicts: RoundVerdict[];
  /** From the last fault's end until all that was accepted before is decided and the gates are open; null: more than 30 s. */
  recoveryMs: number | null;
  wishes: number;
  accepted: number;
  /** Accepted and lost with Redis and its process, under `queued`; each shopper was told so. */
  lost: number;
  seconds: number;
  saleIds: string[];
  log: string[];
}

/** Plays one round on a running instance and judges it. What cannot be done is a finding of the round. */
export async function playRound(deps: RoundDeps, plan: RoundPlan): Promise<RoundResult> {
  const { instance, lines, stores, out } = deps;
  const startedAt = Date.now();
  const log: string[] = [];
  const note = (text: string): void =>
    void log.push(`${String(Date.now() - startedAt).padStart(6)} ms  ${text}`);

  await configure(instance, plan);
  await instance.untilReady();
  const { shoppers, sales } = await openRound(stores, plan);
  const folder = join(out, `round-${plan.seed}`);
  await mkdir(folder, { recursive: true });
  const journal = await openRunJournal(join(folder, 'journal.jsonl'));
  const saleIds = sales.map(({ saleId }) => saleId);
  const crowd = createCrowd({ url: instance.url, plan, saleIds, shoppers, journal });
  const round = createRound(deps, plan, { sales, crowd, note });
  lines.seed(createRandom(`lines ${plan.seed}`));

  const mayBeLost = (): ((attemptId: string) => boolean) | undefined =>
    whatMayBeLost(
      plan.ack,
      {
        redisLostAtMs: round.redisLostAtMs,
        apiDiedAtMs: instance.deathsOf('api').filter((at) => at >= startedAt),
      },
      crowd.seen,
    );

  note(`the crowd comes: ${plan.wishes.length} wishes in ${plan.crowdMs} ms`);
  const coming = crowd.come();
  coming.catch(() => undefined); // told below
  const met: string[] = [];
  await Promise.all(plan.faults.map((planned) => meet(round.of(planned), planned, met, note, round.trouble)));
  lines.healAll();
  const healedAtMs = Date.now();
  note('all is healed');
  const recoveryMs = await measureRecovery(
    { services: stores.now, sales, accepted: crowd.accepted, mayBeLost: (id) => mayBeLost()?.(id) ?? false },
    healedAtMs,
  );
  note(recoveryMs === null ? 'not recovered' : `recovered after ${recoveryMs} ms`);
  await coming.catch((error: unknown) => round.trouble('the crowd could not come', error));
  const judged = await judgeRound({
    ...{ crowd, journal, sales, services: stores.now(), healedAtMs, recoveryMs, mayBeLost: mayBeLost() },
    checks: round.checks,
  });
  const verdicts = [...judged.verdicts, ...round.verdicts];
  await journal.close();
  const ok = verdicts.every((verdict) => verdict.ok);
  const result: RoundResult = {
    ...{ seed: plan.seed, ack: plan.ack, ok, verdicts, recoveryMs, saleIds, log },
    faults: plan.faults.map(({ fault }) => fault.name).filter((name) => met.includes(name)),
    wishes: crowd.wishes().length,
    accepted: crowd.accepted().length,
    lost: judged.lost,
    seconds: Math.round((Date.now() - startedAt) / 100) / 10,
  };
  if (ok) await rm(folder, { recursive: true, force: true });
  else {
    await writeFile(join(folder, 'round.json'), JSON.stringify(result, null, 2));
    await instance.saveLogs(join(folder, 'logs'));
    // A store that is still away has nothing to keep.
    await saveStores(stores.now(), saleIds, join(folder, 'stores.json')).catch((error: unknown) =>
      log.push(`the stores could not be kept: ${String(error)}`),
    );
  }
  return result;
}

async function configure(instance: OwnInstance, { ack, faults }: RoundPlan): Promise<void> {
  const env = { api: { ACK_DURABILITY: ack }, worker: {} };
  for (const { fault } of faults) {
    Object.assign(env.api, fault.needs?.env?.api);
    Object.assign(env.worker, fault.needs?.env?.worker);
  }
  await instance.configure(env);
}

async function openRound(stores: Stores, plan: RoundPlan) {
  const services = stores.now();
  const shoppers = await createShoppers({ db: services.db, tokens: stores.tokens }, plan.shoppers);
  return { shoppers, sales: await openRoundSales(services, plan) };
}

/**
 * Begins a fault in its time, leaves it for a while, heals it. One that cannot begin because another one has its store away was
 * met by nobody.
 */
export async function meet(
  round: ChaosRound,
  { fault, atMs, lastsMs }: PlannedFault,
  met: string[],
  note: (text: string) => void,
  trouble: (what: string, error: unknown) => void,
): Promise<void> {
  await round.pause(atMs);
  note(`${fault.name} begins`);
  try {
    const heal = await fault.begin(round).catch((error: unknown) => {
      if (!isOutage(error)) throw error;
      note(`${fault.name} could not begin: ${String(error)}`);
      return null;
    });
    if (!heal) {
      note(`nobody met ${fault.name}`);
      return;
    }
    met.push(fault.name);
    note(`${fault.name} has begun`);
    await round.pause(lastsMs);
    await heal();
    note(`${fault.name} is healed`);
  } catch (error) {
    trouble(fault.name, error);
  }
}
