import { randomUUID } from 'node:crypto';
import { parseInflight } from '../../../src/features/purchase/purchase.model.ts';
import { epochKeys, saleKeys, SET_ASIDE_JOBS_KEY } from '../../../src/infrastructure/redis/keys.ts';
import { shortId } from '../../../src/utils/short-id.ts';
import type { ChaosRound, Fault, Heal } from '../fault.ts';

const nothing: Heal = () => Promise.resolve();

const keyOf = (jobId: string): string => `{settle-0}:settle:${jobId}`;

/** Puts a job on the queue past Bull, as a stranger with access to Redis would: `text` need not be JSON. */
async function pushJob(round: ChaosRound, jobId: string, text: string): Promise<void> {
  // Without tries of its own Bull gives it up at the first trouble of PostgreSQL, before anybody has found it unusable.
  const opts = JSON.stringify({ attempts: Number.MAX_SAFE_INTEGER });
  const job = { name: '__default__', data: text, opts, timestamp: Date.now(), delay: 0, priority: 0 };
  const push = async (): Promise<boolean> => {
    const done = await round.redis
      .multi()
      .hset(keyOf(jobId), job)
      .lpush('{settle-0}:settle:wait', jobId)
      .exec();
    return done !== null;
  };
  await round.until(() => push().catch(() => false), 'Redis takes the job');
}

const aForgedAttempt = () => ({
  attemptId: randomUUID(),
  shopperId: randomUUID(),
  quantity: 1,
  sequence: 1,
  admittedAtMs: Date.now(),
  idempotencyKey: null,
});

/** Pushes jobs that can never work, and expects none of them on the queue in the end, and nothing of them in PostgreSQL. */
async function pushPoison(round: ChaosRound, jobs: readonly { text: string; attemptIds?: string[] }[]) {
  const pushed = jobs.map((job) => ({ ...job, id: randomUUID() }));
  for (const { id, text } of pushed) await pushJob(round, id, text);
  round.atEnd(async () => {
    const left: string[] = [];
    for (const { id } of pushed) {
      const isGone = async (): Promise<boolean> => (await round.redis.exists(keyOf(id))) === 0;
      await round.until(isGone, `job ${id} is gone`, 10_000).catch(() => left.push(id));
    }
    const forged = pushed.flatMap(({ attemptIds = [] }) => attemptIds);
    const written = await round.db('purchase_attempts').whereIn('id', forged.slice(0, 1_000));
    const entries = await round.redis.lrange(SET_ASIDE_JOBS_KEY, 0, -1); // gone too when Redis has lost its data since
    const setAside = pushed.filter(({ id }) => entries.some((entry) => entry.includes(id))).length;
    round.judge({
      id: 'set-aside',
      ok: left.length === 0 && written.length === 0,
      detail: `of ${pushed.length} poison jobs ${setAside} are among the set-aside, ${left.length} still on the queue, ${written.length} of their attempts were written`,
    });
  });
  return nothing;
}

/** A row that holds a shopper's key: an attempt with that key cannot be written, as long as it is there. */
async function occupyKey(
  { db, sale }: ChaosRound,
  userId: string,
  key: string,
): Promise<() => Promise<void>> {
  const id = randomUUID();
  await db('purchase_attempts').insert({
    ...{ id, sale_id: sale.saleId, user_id: userId, quantity: 1, idempotency_key: key },
    ...{ outcome: 'rejected', reason: 'set_aside', admitted_at: new Date(), settled_at: new Date() },
  });
  return async () => {
    await db('purchase_attempts').where({ id }).del();
  };
}

/** Attempts that cannot be written, and in half of the cases can be again while they are being set aside. */
async function setAsideRace(round: ChaosRound): Promise<Heal> {
  const { crowd, sale, random, note } = round;
  const tried: string[] = [];
  for (const shopper of crowd.spare.slice(0, 12)) {
    const key = randomUUID();
    const free = await occupyKey(round, shopper.userId, key);
    try {
      const { attemptId } = await crowd.buy({ shopper, saleId: sale.saleId, key });
      if (attemptId === undefined) continue; // sold out
      tried.push(attemptId);
      if (random.chance(0.5)) await Promise.all([free(), pushCopies(round, attemptId)]);
      await round.until(() => isDecided(round, attemptId), 'it is decided');
    } finally {
      await free();
    }
  }
  const outcomes = await round
    .db('purchase_attempts')
    .whereIn('id', tried)
    .select<{ outcome: string; reason: string | null }[]>('outcome', 'reason');
  const setAside = outcomes.filter(({ reason }) => reason === 'set_aside').length;
  note(`${setAside} of ${tried.length} attempts were set aside, the others were bought after all`);
  return nothing;
}

async function isDecided({ db }: ChaosRound, attemptId: string): Promise<boolean> {
  return (await db('purchase_attempts').where({ id: attemptId })).length === 1;
}

/** The job of an attempt that is still in flight, five times more. */
async function pushCopies(round: ChaosRound, attemptId: string): Promise<void> {
  const { redis, sale } = round;
  const epoch = Number(await redis.hget(saleKeys(sale.saleId).gate, 'epoch'));
  const record = await redis.hget(epochKeys(sale.saleId, epoch).inflight, shortId(attemptId));
  if (!record) return; // settled already
  const { batchId: _, ...attempt } = parseInflight(attemptId, record);
  for (let times = 0; times < 5; times += 1) {
    const batchId = randomUUID();
    const { saleId, stockId } = sale;
    await pushJob(round, batchId, JSON.stringify({ saleId, stockId, batchId, attempts: [attempt] }));
  }
}

export const POISON_FAULTS: readonly Fault[] = [
  {
    name: 'poison-unreadable',
    group: 'poison',
    expected: 'set aside, an ERROR line and a place in a list; the other jobs go on',
    begin: (round) =>
      pushPoison(round, [
        { text: '{"saleId":' },
        { text: 'null' },
        { text: '"buy"' },
        { text: JSON.stringify({ ...round.sale, batchId: 'x', attempts: 7 }) },
      ]),
  },
  {
    name: 'poison-unknown-sale',
    group: 'poison',
    expected: 'the same; a job that names the stock of another sale fails alone',
    begin: (round) => {
      const strange = [aForgedAttempt(), aForgedAttempt()];
      const ids = { batchId: randomUUID(), saleId: randomUUID(), stockId: randomUUID() };
      return pushPoison(round, [
        {
          text: JSON.stringify({ ...ids, attempts: [strange[0]] }),
          attemptIds: [strange[0]?.attemptId ?? ''],
        },
        {
          text: JSON.stringify({ ...ids, stockId: round.sale.stockId, attempts: [strange[1]] }),
          attemptIds: [strange[1]?.attemptId ?? ''],
        },
      ]);
    },
  },
  {
    name: 'poison-huge',
    group: 'poison',
    expected: 'the same: what a gate call cannot have promised is not settled',
    begin: (round) => {
      const attempts = Array.from({ length: 5_000 }, aForgedAttempt);
      const { saleId, stockId } = round.sale;
      return pushPoison(round, [
        {
          text: JSON.stringify({ saleId, stockId, batchId: randomUUID(), attempts }),
          attemptIds: attempts.map(({ attemptId }) => attemptId),
        },
      ]);
    },
  },
  {
    name: 'set-aside-races-success',
    group: 'poison',
    expected: 'each such attempt has exactly one outcome; units of the rejected go back once',
    needs: { alone: true, ack: 'queued' }, // under `committed` the answer comes when it is over
    begin: setAsideRace,
  },
];
