import { LOCK_NAMESPACES, stockLockKey } from '../../infrastructure/postgres/advisory-lock.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import { countRepair } from '../../infrastructure/metrics/repairs.ts';
import { CHANNELS, epochKeys, KEPT_AFTER_END_MS, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';
import { EPOCH_SPAN } from '../../utils/sequence.ts';
import { shortId, uuidOf } from '../../utils/short-id.ts';
import { dropCachedSale } from '../sale/sale-catalogue.ts';
import { decidedRecord, inflightRecord, parseInflight, type AdmittedAttempt } from './purchase.model.ts';
import { raiseEpoch, readDecided, readGateFacts, type GateFacts } from './rebuild.repository.ts';

const closeScript = loadScript(new URL('./close-gate.lua', import.meta.url));
const openScript = loadScript(new URL('./open-gate.lua', import.meta.url));

/** Redis commands are sent so many fields at a time. */
const CHUNK = 1_000;

type Carried = AdmittedAttempt & { batchId: string };

/**
 * So long a gate that is not the first admits nobody: every API process brings back what it accepted meanwhile, so that no
 * replay of such an attempt is told that it is too late. They hear of the gate at once, or find it within a second.
 */
const ADOPTION_MS = 1_200;

export interface RebuildDeps {
  db: Database;
  redis: Redis;
  runId: RunId;
  logger: Logger;
  /** Of a gate that is not the first, ms (1,200). */
  adoptionMs?: number;
}

export type EnsureGate = (saleId: string, stockId: string) => Promise<boolean>;

/**
 * Makes sure that a sale has a gate that agrees with PostgreSQL, and rebuilds it under a new epoch when it is gone,
 * of another Redis server, or behind.
 *
 * Safe beside traffic and beside other processes that do the same: one rebuilds at a time, each rebuild closes the old
 * gate before it reads, and opens the new one only if nobody was faster.
 *
 * @returns whether the gate is usable now; `false` when another process is at it
 * @throws when PostgreSQL or Redis does not answer; repeat
 */
export function createEnsureGate(deps: RebuildDeps): EnsureGate {
  const running = new Map<string, Promise<boolean>>();
  // One after the other: a rebuild holds one connection and needs a second, and the pool is small.
  let previous: Promise<unknown> = Promise.resolve();
  return (saleId, stockId) => {
    const already = running.get(stockId);
    if (already) return already;
    const run = previous.then(() => ensure(deps, saleId, stockId)).finally(() => running.delete(stockId));
    previous = run.catch(() => undefined);
    running.set(stockId, run);
    return run;
  };
}

async function ensure(deps: RebuildDeps, saleId: string, stockId: string): Promise<boolean> {
  if (await isUsable(deps, saleId, stockId)) return true;
  // Its own transaction, held while the gate is rebuilt: a rebuilder that dies gives the lock back with its
  // connection. Settle takes another lock and is not held up.
  return deps.db.transaction(async (tx) => {
    const { rows } = await tx.raw<{ rows: { locked: boolean }[] }>(
      'select pg_try_advisory_xact_lock(?, ?) as locked',
      [LOCK_NAMESPACES.rebuild, stockLockKey(stockId)],
    );
    if (!rows[0]?.locked) return false;
    if (await isUsable(deps, saleId, stockId)) return true;
    return rebuild(deps, saleId, stockId);
  });
}

/**
 * Usable: open, on this server, in PostgreSQL's epoch, whole, and not behind a sequence that PostgreSQL has seen.
 *
 * PostgreSQL is read first: what is admitted and settled between the two reads then raises the gate's `n`, and the gate
 * is not taken for one that is behind.
 */
async function isUsable(
  { db, redis, runId }: RebuildDeps,
  saleId: string,
  stockId: string,
): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { gate_epoch: number; last: number | null }[] }>(
    `select gate_epoch, (select max(sequence) from purchase_attempts where sale_id = s.sale_id) as last
       from stocks s where id = ?`,
    [stockId],
  );
  const [gateRunId, epoch, n] = await redis.hmget(saleKeys(saleId).gate, 'runId', 'epoch', 'n');
  if (!epoch || gateRunId === null || gateRunId === '' || gateRunId !== runId.of(saleId)) return false;
  const row = rows[0];
  if (!row || row.gate_epoch !== Number(epoch) || (row.last ?? 0) > Number(epoch) * EPOCH_SPAN + Number(n))
    return false;
  return (await redis.exists(epochKeys(saleId, Number(epoch)).tokens)) === 1;
}

async function rebuild(deps: RebuildDeps, saleId: string, stockId: string): Promise<boolean> {
  const { db, redis, logger } = deps;
  const startedAt = performance.now();
  const server = deps.runId.of(saleId);
  if (server === null) return false;
  const seen = await db.raw<{ rows: { gate_epoch: number }[] }>(
    'select gate_epoch from stocks where id = ?',
    [stockId],
  );
  const gateEpoch = Number((await redis.hget(saleKeys(saleId).gate, 'epoch')) ?? 0);
  const seenEpoch = seen.rows[0]?.gate_epoch;
  if (seenEpoch === undefined) throw new Error(`there is no stock ${stockId}`);
  const epoch = await raiseEpoch(db, stockId, { seenEpoch, above: gateEpoch });
  if (epoch === null) return false;

  const closed = (await closeScript.run(redis, [saleKeys(saleId).gate], [epoch])) as [number, number?];
  if (closed[0] === 0) return false;

  // Redis first, then PostgreSQL: what settles in between has a row by then and is not carried.
  const oldEpochs = [...new Set([gateEpoch, seenEpoch, closed[1] ?? 0])].filter(
    (old) => old > 0 && old < epoch,
  );
  const inflight = await readInflight(redis, saleId, oldEpochs);
  const { facts, settledIds } = await readGateFacts(
    db,
    stockId,
    inflight.map(({ attemptId }) => attemptId),
  );
  const carried = inflight.filter(({ attemptId }) => !settledIds.has(attemptId));

  const decided = await writeGate(deps, facts, epoch, carried);
  const opened = await openGate(redis, facts, epoch, server, {
    ...decided,
    admitted: decided.count + carried.length,
    adoptionMs: seenEpoch === 0 && gateEpoch === 0 ? 0 : (deps.adoptionMs ?? ADOPTION_MS),
  });
  const gone = opened ? oldEpochs : [epoch];
  for (const old of gone) {
    const { tokens, shoppers, inflight: oldInflight, line, changes } = epochKeys(saleId, old);
    await redis.unlink(tokens, shoppers, oldInflight, line, changes);
  }
  if (!opened) return false;
  // A Redis that lost the gate, or came back with an old one, may have lost an edit's deletion as well.
  await dropCachedSale(redis, saleId);
  await redis.publish(CHANNELS.saleChanged, saleId);
  countRepair(redis, 'gatesRebuilt');
  logger.info('gate rebuilt', {
    saleId,
    epoch,
    carried: carried.length,
    ms: Math.round(performance.now() - startedAt),
  });
  return true;
}

async function readInflight(redis: Redis, saleId: string, epochs: readonly number[]): Promise<Carried[]> {
  const carried = new Map<string, Carried>();
  for (const epoch of epochs) {
    const records = await redis.hgetall(epochKeys(saleId, epoch).inflight);
    for (const [id, record] of Object.entries(records)) carried.set(id, parseInflight(uuidOf(id), record));
  }
  return [...carried.values()];
}

interface DecidedCounts {
  count: number;
  /** Counter name (`confirmed`, `rejected:<reason>`) → attempts. */
  byOutcome: Map<string, number>;
}

/** Writes everything but the gate itself under the new epoch's names; nobody reads them before it opens. */
async function writeGate(
  { db, redis }: RebuildDeps,
  facts: GateFacts,
  epoch: number,
  carried: readonly Carried[],
): Promise<DecidedCounts> {
  const { saleId } = facts;
  const keys = saleKeys(saleId);
  const { tokens, shoppers, inflight, line } = epochKeys(saleId, epoch);
  const expireAtMs = facts.endsAtMs + KEPT_AFTER_END_MS;
  const carriedUnits = carried.reduce((sum, { quantity }) => sum + quantity, 0);
  const unitsByShopper = new Map(facts.boughtByShopper);
  for (const { shopperId, quantity } of carried) {
    unitsByShopper.set(shopperId, (unitsByShopper.get(shopperId) ?? 0) + quantity);
  }

  await redis.unlink(tokens, shoppers, inflight, line);
  await redis.set(tokens, facts.total - facts.sold - carriedUnits);
  await inChunks([...unitsByShopper], (some) =>
    redis.hset(shoppers, ...some.flatMap(([shopperId, units]) => [shortId(shopperId), units])),
  );
  await inChunks(carried, (some) =>
    redis.hset(
      inflight,
      ...some.flatMap((attempt) => [shortId(attempt.attemptId), inflightRecord(attempt, attempt.batchId)]),
    ),
  );
  await inChunks(carried, (some) =>
    redis.zadd(line, ...some.flatMap(({ attemptId, sequence }) => [sequence, shortId(attemptId)])),
  );
  // At once: nobody comes back to the keys of a rebuild that dies while it reads on.
  await expireAll(redis, [tokens, shoppers, inflight, line], expireAtMs);

  const latest = new Map<string, { sequence: number; attemptId: string }>();
  const note = ({ shopperId, sequence, attemptId }: AdmittedAttempt): void => {
    if ((latest.get(shopperId)?.sequence ?? -1) < sequence) latest.set(shopperId, { sequence, attemptId });
  };
  const counts: DecidedCounts = { count: 0, byOutcome: new Map() };
  for await (const decided of readDecided(db, saleId)) {
    decided.forEach(note);
    for (const attempt of decided) {
      const counter = attempt.outcome === 'confirmed' ? 'confirmed' : `rejected:${attempt.reason}`;
      counts.byOutcome.set(counter, (counts.byOutcome.get(counter) ?? 0) + 1);
    }
    counts.count += decided.length;
    await inChunks(decided, (some) =>
      redis.hset(
        keys.known,
        ...some.flatMap((attempt) => [shortId(attempt.attemptId), decidedRecord(attempt)]),
      ),
    );
  }
  carried.forEach(note);
  await inChunks([...latest], (some) =>
    redis.hset(
      keys.latest,
      ...some.flatMap(([shopperId, { attemptId }]) => [shortId(shopperId), shortId(attemptId)]),
    ),
  );
  await expireAll(redis, [keys.known, keys.latest], expireAtMs);
  return counts;
}

async function expireAll(redis: Redis, keys: readonly string[], expireAtMs: number): Promise<void> {
  await Promise.all(keys.map((key) => redis.pexpireat(key, expireAtMs)));
}

async function inChunks<Item>(
  items: readonly Item[],
  write: (some: Item[]) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < items.length; start += CHUNK) await write(items.slice(start, start + CHUNK));
}

async function openGate(
  redis: Redis,
  facts: GateFacts,
  epoch: number,
  server: string,
  counts: DecidedCounts & { admitted: number; adoptionMs: number },
): Promise<boolean> {
  const { saleId } = facts;
  const keys = saleKeys(saleId);
  const counters = [
    ...counts.byOutcome,
    ['admitted', counts.admitted] as const,
    ['received', counts.admitted] as const,
  ];
  const reply = await openScript.run(
    redis,
    [keys.gate, epochKeys(saleId, epoch).tokens, keys.counters],
    [
      epoch,
      server,
      facts.endsAtMs + KEPT_AFTER_END_MS,
      facts.saleVersion,
      counts.adoptionMs,
      counters.length,
      ...counters.flat(),
      ...[
        'stockId',
        facts.stockId,
        'state',
        facts.state,
        'startsAt',
        facts.startsAtMs,
        'endsAt',
        facts.endsAtMs,
      ],
      ...['limit', facts.perShopperLimit, 'total', facts.total],
    ],
  );
  return reply === 1;
}
