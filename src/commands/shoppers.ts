import { rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createAccessTokens, MOST_LIFETIME_SEC } from '../features/account/access-token.ts';
import { CommandError, usageError } from './lib/command-error.ts';
import { createShoppers, type Shopper } from './lib/create-shoppers.ts';
import { checkToken, findSecret } from './lib/find-secret.ts';
import { findServices, openDatabase } from './lib/open-services.ts';
import { runCommand, type CommandContext } from './lib/run-command.ts';

async function run({ flags, env }: CommandContext) {
  const count = flags.requiredInteger('count', { min: 1, max: 1_000_000 });
  const out = flags.text('out');
  if (!out) throw usageError('--out is missing: the file to write');
  if (flags.positionals.length > 0)
    throw usageError(`shoppers does not know '${flags.positionals.join(' ')}'`);
  const services = await findServices(env);
  const tokens = createAccessTokens({
    secret: await findSecret(env, services),
    algorithm: env.jwtAlgorithm,
    lifetimeSec: MOST_LIFETIME_SEC,
  });
  const path = resolve(out);
  const part = `${path}.part`;
  const db = await openDatabase(services.databaseUrl);
  try {
    await writeWhole(part, ''); // before a million rows are written for nothing
    const shoppers = await createShoppers({ db, tokens }, count, (made) => {
      console.error(`${made} of ${count} shoppers`);
    });
    if (services.url && shoppers[0]) await checkToken(services.url, shoppers[0].accessToken);
    await writeWhole(part, linesOf(shoppers));
    await rename(part, path);
    return { json: { count, file: path } };
  } finally {
    await rm(part, { force: true });
    await db.destroy();
  }
}

/** Lines of `userId<TAB>accessToken`. */
function linesOf(shoppers: readonly Shopper[]): string {
  return shoppers.map(({ userId, accessToken }) => `${userId}\t${accessToken}\n`).join('');
}

async function writeWhole(path: string, text: string): Promise<void> {
  try {
    await rm(path, { force: true }); // whatever mode and owner it had
    await writeFile(path, text, { mode: 0o600, flag: 'wx', flush: true });
  } catch (error) {
    throw new CommandError(`${path} cannot be written: ${(error as Error).message}`);
  }
}

await runCommand({
  name: 'npm run shoppers --',
  usage: ['--count N --out FILE'],
  summary:
    'Makes shoppers who can buy, and writes a line of userId<TAB>accessToken for each; valid for a day.',
  flags: {
    count: { value: 'N', help: 'how many, 1 to 1,000,000' },
    out: { value: 'FILE', help: 'the file to write, readable by its owner only; replaced when it exists' },
  },
  run,
});
