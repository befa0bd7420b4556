import { writeFile } from 'node:fs/promises';
import { CommandError, usageError } from '../src/commands/lib/command-error.ts';
import { createShoppers } from '../src/commands/lib/create-shoppers.ts';
import { checkToken, findSecret } from '../src/commands/lib/find-secret.ts';
import { findServices, openServices, type Services } from '../src/commands/lib/open-services.ts';
import { runCommand, type CommandContext } from '../src/commands/lib/run-command.ts';
import { createAccessTokens } from '../src/features/account/access-token.ts';
import { insertProduct } from '../src/features/product/product.repository.ts';
import { createSale } from '../src/features/sale/sale.service.ts';
import { printReport } from './lib/print-report.ts';
import { chooseTarget, waitUntilReady } from './lib/target.ts';
import { runDrop } from './scenarios/drop.ts';

const DAY_SEC = 24 * 3600;
const HOUR_MS = 3_600_000;

async function run({ flags, env, print }: CommandContext) {
  const scenario = flags.text('scenario') ?? 'drop';
  if (scenario !== 'drop') throw usageError(`there is no scenario '${scenario}': drop`);
  if (flags.positionals.length > 0) throw usageError(`stress does not know '${flags.positionals.join(' ')}'`);
  const stock = flags.integer('stock', { min: 0, max: 100_000, otherwise: 1_000 });
  const count = flags.integer('shoppers', { min: 1, max: 200_000, otherwise: 10_000 });
  const connections = flags.integer('connections', { min: 1, max: 2_000, otherwise: 64 });
  const found = await findServices(env);
  const url = chooseTarget(flags.text('url'), found.url);
  await waitUntilReady(url);
  const secret = await findSecret(env, found);
  const services = await openServices(found);
  try {
    const tokens = createAccessTokens({ secret, lifetimeSec: DAY_SEC });
    const shoppers = await createShoppers({ db: services.db, tokens }, count, (made) =>
      print(`${made} shoppers`),
    );
    if (shoppers[0]) await checkToken(url, shoppers[0].accessToken);
    const { saleId } = await openSale(services, stock);
    const { maxInflight } = env;
    const { report, journal } = await runDrop(services, {
      url,
      saleId,
      stock,
      shoppers,
      connections,
      maxInflight,
      print,
    });
    const path = flags.text('journal');
    if (path !== undefined) await saveJournal(path, journal);
    printReport(report, print);
    const ok = report.drained && report.invariants.every((invariant) => invariant.ok);
    print(ok ? '\nEvery promise holds.' : '\nA promise is broken.');
    return { json: { ok, ...report }, exitCode: ok ? (0 as const) : (1 as const) };
  } finally {
    await services.close();
  }
}

async function openSale(services: Services, stock: number): Promise<{ saleId: string }> {
  const [seconds] = await services.redis.time();
  const nowMs = Number(seconds) * 1000;
  const name = `Stress: drop of ${stock}`;
  return createSale(
    services,
    {
      productId: await insertProduct(services.db, { name, priceMinor: 4_900, currency: 'EUR' }),
      name,
      startsAt: new Date(nowMs),
      endsAt: new Date(nowMs + HOUR_MS),
      perShopperLimit: 1,
      stock,
    },
    { actorId: null, reason: 'npm run stress' },
  );
}

async function saveJournal(path: string, journal: readonly object[]): Promise<void> {
  const text = journal.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  await writeFile(path, text).catch((error: unknown) => {
    throw new CommandError(`${path} cannot be written: ${(error as Error).message}`);
  });
}

await runCommand({
  name: 'npm run stress --',
  usage: ['[--scenario drop] [--stock 1000] [--shoppers 10000] [flags]'],
  summary:
    'Sends a crowd at the running instance, waits for the drain and checks every promise with all that every shopper ' +
    'saw; exit 1 if one is broken.',
  flags: {
    scenario: { value: 'NAME', help: 'drop: everybody wants one unit at once (drop)' },
    stock: { value: 'N', help: 'units on sale, 0 to 100,000 (1000)' },
    shoppers: { value: 'N', help: 'the crowd, 1 to 200,000 (10000)' },
    connections: { value: 'N', help: 'connections it comes over, 1 to 2,000 (64)' },
    url: {
      value: 'URL',
      help: 'the API, on this machine (the running instance); then DATABASE_URL, REDIS_URL, JWT_SECRET',
    },
    journal: { value: 'FILE', help: 'keep all that was seen, for npm run verify' },
  },
  run,
});
