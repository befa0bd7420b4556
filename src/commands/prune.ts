import type { Database } from '../infrastructure/postgres/database.ts';
import { usageError } from './lib/command-error.ts';
import { findServices, openDatabase } from './lib/open-services.ts';
import { runCommand, type CommandContext } from './lib/run-command.ts';

/** Rows a statement, so that no lock is held for long. */
const CHUNK = 10_000;

/** What is past its retention: `:days` after the end of its sale, when nobody can replay an attempt any more. */
const PAST = `sale_id in (select id from flash_sales where ends_at < now() - :days * interval '1 day')`;

/** Orders, confirmed attempts, movements and the audit log are never removed. */
const RULES = [
  {
    name: 'expiredRefreshTokens',
    words: 'refresh tokens that expired',
    table: 'refresh_tokens',
    where: `expires_at < now() - :days * interval '1 day'`,
    act: 'delete from refresh_tokens',
  },
  {
    name: 'rejectedAttempts',
    words: 'rejected attempts of past sales',
    table: 'purchase_attempts',
    where: `outcome = 'rejected' and ${PAST}`,
    act: 'delete from purchase_attempts',
  },
  {
    name: 'idempotencyKeys',
    words: 'idempotency keys of past sales, their attempts stay',
    table: 'purchase_attempts',
    where: `outcome = 'confirmed' and idempotency_key is not null and ${PAST}`,
    act: 'update purchase_attempts set idempotency_key = null',
  },
  {
    name: 'operatorRequests',
    words: "answers to operators' idempotency keys",
    table: 'operator_requests',
    where: `created_at < now() - :days * interval '1 day'`,
    act: 'delete from operator_requests',
  },
] as const;
type Rule = (typeof RULES)[number];

async function run({ flags, env, print }: CommandContext) {
  if (flags.positionals.length > 0) throw usageError(`prune does not know '${flags.positionals.join(' ')}'`);
  // Two days at least: the gate of a sale remembers its attempts for one day after the end.
  const days = flags.integer('days', { min: 2, max: 36_500, otherwise: 30 });
  const isDryRun = flags.isSet('dry-run');
  const db = await openDatabase(env.databaseUrl ?? (await findServices(env)).databaseUrl);
  try {
    const removed: Record<string, number> = {};
    for (const rule of RULES) {
      const rows = isDryRun ? await countPast(db, rule, days) : await removePast(db, rule, days);
      removed[rule.name] = rows;
      print(`${isDryRun ? 'would remove' : 'removed'} ${rows} ${rule.words}`);
    }
    return { json: { days, dryRun: isDryRun, removed } };
  } finally {
    await db.destroy();
  }
}

async function countPast(db: Database, { table, where }: Rule, days: number): Promise<number> {
  const { rows } = await db.raw<{ rows: { n: number }[] }>(
    `select count(*) as n from ${table} where ${where}`,
    { days },
  );
  return rows[0]?.n ?? 0;
}

async function removePast(db: Database, { table, where, act }: Rule, days: number): Promise<number> {
  let removed = 0;
  for (;;) {
    const { rowCount } = await db.raw<{ rowCount: number }>(
      `${act} where ctid = any (array(select ctid from ${table} where ${where} limit ${CHUNK}))`,
      { days },
    );
    removed += rowCount;
    if (rowCount < CHUNK) return removed;
  }
}

await runCommand({
  name: 'npm run prune --',
  usage: ['[--days 30] [--dry-run]'],
  summary:
    'Removes what is past its retention: expired refresh tokens, rejected attempts and keys; never an order.',
  flags: {
    days: { value: 'N', help: 'days it is kept after its sale ended or it expired, 2 to 36,500 (30)' },
    'dry-run': { help: 'only say what would be removed' },
  },
  run,
});
