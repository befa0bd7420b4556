import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { createShoppers } from '../../src/commands/lib/create-shoppers.ts';
import { checkToken } from '../../src/commands/lib/find-secret.ts';
import type { Services } from '../../src/commands/lib/open-services.ts';
import type { AccessTokens } from '../../src/features/account/access-token.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { describeMachine } from './describe-machine.ts';
import { drainStage } from './drain-stage.ts';
import { judge } from './judge.ts';
import { openSales } from './open-sales.ts';
import { readSettled } from './read-settled.ts';
import type { GeneratorLoad, StressResult } from './result.ts';
import { openRunJournal } from './run-journal.ts';
import type { Settings, Stage } from './stage.ts';
import { sumUp } from './sum-up.ts';
import { createTally } from './tally.ts';
import { watchStores, type StoreWatch } from './watch-stores.ts';
import { now } from './wish.ts';

export interface RunDeps {
  services: Services;
  tokens: AccessTokens;
  url: string;
  limits: Stage['limits'];
  readProcesses: Stage['readProcesses'];
  print: (line: string) => void;
}

/**
 * Plays a scenario: makes shoppers and sales, lets the crowd go, waits for the drain, checks every promise with all that
 * every shopper saw, and stops the sales whatever happened.
 *
 * @param journalPath  where what clients sent and saw is kept
 */
export async function runScenario(
  deps: RunDeps,
  scenario: Scenario,
  settings: Settings,
  { journalPath }: { journalPath?: string | undefined } = {},
): Promise<StressResult> {
  const { services, tokens, url, print } = deps;
  const machine = await describeMachine(url);
  const shoppers = await createShoppers({ db: services.db, tokens }, settings.shoppers, (made) =>
    print(`${made} shoppers`),
  );
  if (shoppers[0]) await checkToken(url, shoppers[0].accessToken);
  const journal = await openRunJournal(journalPath);
  const opened = await openSales(
    services,
    scenario.name,
    scenario.stocks?.(settings) ?? [settings.stock],
  ).catch(async (error: unknown) => {
    await journal.close();
    throw error;
  });
  const watch = watchStores(services, opened.saleIds);
  // Ctrl-C leaves nothing open either; a second one ends at once, as always.
  const interrupt = (): void => void opened.stop().finally(() => process.exit(130));
  process.once('SIGINT', interrupt);
  try {
    const { sales } = opened;
    const tally = createTally();
    const stage: Stage = {
      ...{ services, url, settings, sales, shoppers, print },
      ...{ limits: deps.limits, readProcesses: deps.readProcesses },
      tally,
      journal,
      wishes: new Set(),
      endsAt: () => (tally.startedAt() ?? now()) + settings.duration * 1000,
    };
    const load = measureGenerator();
    const stopPrinting = printProgress(stage, watch);
    const findings = await scenario.play(stage).finally(stopPrinting);
    const generator = load();
    const seconds = (tally.elapsedMs() / 1000).toFixed(1);
    print(`${tally.counts().answers} answers in ${seconds} s; draining`);
    const drained = await drainStage(stage);
    const samples = await watch.stop();
    const settled = await readSettled(services.db, opened.saleIds);
    const checkedAt = new Date().toISOString();
    const invariants = [
      ...(await judge(stage, settled, await journal.readBack())),
      ...findings.map((finding) => ({ ...finding, checkedAt })),
    ];
    const played = { scenario, stage, machine, settled, samples, generator, drained, invariants };
    return sumUp(played);
  } finally {
    await journal.close();
    await watch.stop();
    process.off('SIGINT', interrupt);
    const open = await opened.stop();
    if (open.length > 0) print(`still open: npm run sale -- stop ${open.join(', ')}`);
  }
}

const PRINT_EVERY_MS = 1_000;

/** A line a second. @returns what stops it */
function printProgress({ tally, print }: Stage, watch: StoreWatch): () => void {
  let before = 0;
  const timer = setInterval(() => {
    const { answers, accepted, refused } = tally.counts();
    const { sold = 0, inflight = 0 } = watch.latest() ?? {};
    print(
      `${answers} answers (+${answers - before}), ${accepted} accepted, ${refused} refused; ` +
        `${inflight} in flight, ${sold} sold`,
    );
    before = answers;
  }, PRINT_EVERY_MS);
  return () => clearInterval(timer);
}

/** From now until it is read. */
function measureGenerator(): () => GeneratorLoad {
  const resolutionMs = 10;
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const before = performance.eventLoopUtilization();
  return () => {
    delay.disable();
    const lateMs = Math.max(0, delay.percentile(99) / 1e6 - resolutionMs);
    return {
      busy: Math.round(performance.eventLoopUtilization(before).utilization * 100) / 100,
      delayMs: Math.round(lateMs * 10) / 10,
    };
  };
}
