import type { Database } from '../../infrastructure/postgres/database.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';
import { EPOCH_SPAN } from '../../utils/sequence.ts';
import { shortId, uuidOf } from '../../utils/short-id.ts';
import { parseInflight } from './purchase.model.ts';

const measureScript = loadScript(new URL('./measure-shopper.lua', import.meta.url));
const applyScript = loadScript(new URL('./apply-shopper.lua', import.meta.url));

/** What is admitted, settled or repaired in between makes a measurement void: once more then, at most so often. */
const MOST_ROUNDS = 10;

/**
 * Brings what a gate counts to one shopper in line with PostgreSQL, beside live traffic: after a cancelled order, whose
 * units the shopper may buy again. As with drift, an increment that is applied to the measured gate only.
 *
 * @throws when the stores do not answer, or the gate changes all the time; repeat
 */
export async function repairShopper(
  { db, redis, runId }: { db: Database; redis: Redis; runId: RunId },
  { saleId, shopperId }: { saleId: string; shopperId: string },
): Promise<void> {
  const { gate } = saleKeys(saleId);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const server = runId.of(saleId);
    const epoch = Number((await redis.hget(gate, 'epoch')) ?? 0);
    if (server === null || epoch === 0) return; // a gate that is rebuilt counts anew
    const { shoppers, inflight } = epochKeys(saleId, epoch);
    const [revision, n, counted, ...entries] = (await measureScript.run(
      redis,
      [gate, shoppers, inflight],
      [server, epoch, shortId(shopperId)],
    )) as [number, number, number, ...string[]];
    if (revision === -1) return;
    const attempts = [];
    for (let index = 0; index < entries.length; index += 2)
      attempts.push(parseInflight(uuidOf(entries[index] ?? ''), entries[index + 1] ?? ''));
    const ids = attempts.map(({ attemptId }) => attemptId);
    const { bought, confirmed } = await readBought(db, { saleId, shopperId }, epoch * EPOCH_SPAN + n, ids);
    const promised = attempts.filter(({ attemptId }) => !confirmed.has(attemptId));
    const missing = promised.reduce((sum, { quantity }) => sum + quantity, bought) - counted;
    if (missing === 0) return;
    if (
      (await applyScript.run(redis, [gate, shoppers], [epoch, revision, shortId(shopperId), missing])) === 1
    )
      return;
  }
  throw new Error(`the gate of sale ${saleId} changes faster than a shopper's count can be corrected`);
}

async function readBought(
  db: Database,
  { saleId, shopperId }: { saleId: string; shopperId: string },
  lastSequence: number,
  inflightIds: readonly string[],
): Promise<{ bought: number; confirmed: Set<string> }> {
  const { rows } = await db.raw<{ rows: { bought: number; confirmed: string[] }[] }>(
    `select (select coalesce(sum(o.quantity), 0)::int
               from orders o join purchase_attempts a on a.id = o.attempt_id
              where o.sale_id = ? and o.user_id = ? and o.status = 'confirmed' and a.sequence <= ?) as bought,
            (select coalesce(array_agg(id::text), '{}')
               from purchase_attempts where id = any(?::uuid[]) and outcome = 'confirmed') as confirmed`,
    [saleId, shopperId, lastSequence, inflightIds as string[]],
  );
  return { bought: rows[0]?.bought ?? 0, confirmed: new Set(rows[0]?.confirmed) };
}
