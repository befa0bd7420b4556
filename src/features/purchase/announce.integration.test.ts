import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { connectRedis } from '../../infrastructure/redis/connect-redis.ts';
import { CHANNELS, epochKeys, ordersCacheKey, saleKeys } from '../../infrastructure/redis/keys.ts';
import { serverOf, type Redis } from '../../infrastructure/redis/redis.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { until } from '../../testing/until.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import { createAnnounce, parseOutcomesMessage, type Announce, type OutcomesMessage } from './announce.ts';
import { decidedRecord, type AdmittedAttempt, type DecidedAttempt } from './purchase.model.ts';
import { shortId } from '../../utils/short-id.ts';

let pipeline: TestPipeline;
let subscriber: Redis;
let announce: Announce;
let shoppers: string[];
const heard: OutcomesMessage[] = [];
const endsAtMs = Date.now() + 3_600_000;

beforeAll(async () => {
  pipeline = await startTestPipeline();
  shoppers = await givenShoppers(pipeline.db, 5);
  announce = createAnnounce({ redis: pipeline.redis, saleEndsAtMs: () => Promise.resolve(endsAtMs) });
  subscriber = await connectRedis(pipeline.redisUrl, 'subscriber', { logger: silentLogger });
  subscriber.on('message', (_channel, message) => heard.push(parseOutcomesMessage(message)));
  await subscriber.subscribe(CHANNELS.outcomes);
});
afterAll(async () => {
  subscriber.disconnect();
  await pipeline.close();
});

const confirmed = (attempt: AdmittedAttempt): DecidedAttempt => ({
  ...attempt,
  outcome: 'confirmed',
  orderId: attempt.attemptId.replace(/^../, 'aa'),
  settledAtMs: attempt.admittedAtMs + 5,
});
const rejected = (attempt: AdmittedAttempt): DecidedAttempt => ({
  ...attempt,
  outcome: 'rejected',
  reason: 'sold_out',
  settledAtMs: attempt.admittedAtMs + 5,
});

/** A sale of 10 units of which two shoppers were promised 2 and 3. */
async function givenPromises(): Promise<{ sale: SaleDetails; two: AdmittedAttempt; three: AdmittedAttempt }> {
  const sale = await givenSale(pipeline, { stock: 10, perShopperLimit: 5 });
  const wishes = [2, 3].map((quantity, index) => anAttempt(sale.saleId, shoppers[index]!, { quantity }));
  const [two, three] = await pipeline.accept(sale, wishes, { enqueue: false });
  return { sale, two: two!, three: three! };
}

async function readGate({ saleId }: SaleDetails) {
  const { redis } = pipeline;
  const keys = saleKeys(saleId);
  const ofEpoch = epochKeys(saleId, await pipeline.epochOf(saleId));
  return {
    tokens: await pipeline.tokens(saleId),
    inflight: (await redis.hkeys(ofEpoch.inflight)).sort(),
    line: (await redis.zrange(ofEpoch.line, 0, -1)).sort(),
    units: await redis.hgetall(ofEpoch.shoppers),
    known: await redis.hgetall(keys.known),
    counters: await redis.hgetall(keys.counters),
    version: Number(await redis.hget(keys.gate, 'version')),
  };
}

describe('an announcement', () => {
  it('drops the attempts from in flight, keeps and counts their outcomes, gives the rejected units back', async () => {
    const { sale, two, three } = await givenPromises();
    expect(await readGate(sale)).toMatchObject({ tokens: 5 });
    const before = (await readGate(sale)).version;
    await announce(sale.saleId, [confirmed(two), rejected(three)]);
    expect(await readGate(sale)).toEqual({
      tokens: 8,
      inflight: [],
      line: [],
      units: { [shortId(two.shopperId)]: '2' },
      known: {
        [shortId(two.attemptId)]: decidedRecord(confirmed(two)),
        [shortId(three.attemptId)]: decidedRecord(rejected(three)),
      },
      counters: { received: '2', admitted: '2', confirmed: '1', 'rejected:sold_out': '1' },
      version: before + 1,
    });
  });

  it('that is made again releases, counts and changes nothing', async () => {
    const { sale, two, three } = await givenPromises();
    await announce(sale.saleId, [confirmed(two), rejected(three)]);
    const once = await readGate(sale);
    await announce(sale.saleId, [confirmed(two), rejected(three)]);
    await announce(sale.saleId, [rejected(three)]);
    expect(await readGate(sale)).toEqual(once);
  });

  it('made by two workers at once releases once', async () => {
    const { sale, three } = await givenPromises();
    const another = createAnnounce({ redis: pipeline.gate, saleEndsAtMs: () => Promise.resolve(endsAtMs) });
    await Promise.all([announce(sale.saleId, [rejected(three)]), another(sale.saleId, [rejected(three)])]);
    expect(await readGate(sale)).toMatchObject({ tokens: 8 });
  });

  it('never overwrites an outcome that is known', async () => {
    const { sale, two } = await givenPromises();
    await announce(sale.saleId, [confirmed(two)]);
    await announce(sale.saleId, [rejected(two)]);
    const { known, tokens, counters } = await readGate(sale);
    expect(known[shortId(two.attemptId)]).toBe(decidedRecord(confirmed(two)));
    expect(tokens).toBe(5);
    expect(counters).not.toHaveProperty('rejected:sold_out');
  });

  it('keeps its keys until a day after the end', async () => {
    const { sale, two } = await givenPromises();
    await announce(sale.saleId, [confirmed(two)]);
    const { known, counters } = saleKeys(sale.saleId);
    for (const key of [known, counters]) {
      expect(await pipeline.redis.pexpiretime(key)).toBe(endsAtMs + 24 * 3_600_000);
    }
  });

  it('reaches every process in one message, with each attempt and its record', async () => {
    const { sale, two, three } = await givenPromises();
    await announce(sale.saleId, [confirmed(two), rejected(three)]);
    const message = await until(() => heard.find(({ saleId }) => saleId === sale.saleId));
    expect(message.outcomes).toEqual([
      { attemptId: two.attemptId, record: decidedRecord(confirmed(two)) },
      { attemptId: three.attemptId, record: decidedRecord(rejected(three)) },
    ]);
    expect(heard.filter(({ saleId }) => saleId === sale.saleId)).toHaveLength(1);
  });

  it("ends what is kept of the buyers' orders", async () => {
    const { sale, two, three } = await givenPromises();
    for (const { shopperId } of [two, three]) await pipeline.redis.set(ordersCacheKey(shopperId), '{}');
    await announce(sale.saleId, [confirmed(two), rejected(three)]);
    expect(await pipeline.redis.exists(ordersCacheKey(two.shopperId))).toBe(0);
    expect(await pipeline.redis.exists(ordersCacheKey(three.shopperId))).toBe(1);
  });

  it("ends it before anybody hears of the outcome, who then reads the orders' old page", async () => {
    const { sale, two } = await givenPromises();
    const monitor = await serverOf(pipeline.redis, ordersCacheKey(two.shopperId)).monitor();
    const commands: string[] = [];
    monitor.on('monitor', (_time: string, [name]: string[]) => commands.push((name ?? '').toLowerCase()));
    await announce(sale.saleId, [confirmed(two)]);
    await until(() => commands.includes('publish'), { what: 'the outcome is published' });
    monitor.disconnect();
    expect(commands.filter((name) => name === 'unlink' || name === 'publish')).toEqual(['unlink', 'publish']);
  });

  it('of nothing is nothing', async () => {
    await expect(announce('no sale', [])).resolves.toBeUndefined();
  });
});

describe('an announcement over a change of epoch', () => {
  /** The gate's next life, as a rebuild writes it, with `carried` taken over from the old one. */
  async function openNextEpoch(sale: SaleDetails, tokens: number, carried: AdmittedAttempt[]): Promise<void> {
    const { redis } = pipeline;
    const epoch = (await pipeline.epochOf(sale.saleId)) + 1;
    const old = epochKeys(sale.saleId, epoch - 1);
    const next = epochKeys(sale.saleId, epoch);
    for (const { attemptId, shopperId, quantity, sequence } of carried) {
      const id = shortId(attemptId);
      await redis.hset(next.inflight, id, (await redis.hget(old.inflight, id))!);
      await redis.zadd(next.line, sequence, id);
      await redis.hincrby(next.shoppers, shortId(shopperId), quantity);
    }
    await redis.set(next.tokens, tokens);
    await redis.hset(saleKeys(sale.saleId).gate, 'epoch', epoch, 'n', 0);
  }

  it('finds the new epoch and releases there what was carried over', async () => {
    const { sale, three } = await givenPromises();
    const old = epochKeys(sale.saleId, await pipeline.epochOf(sale.saleId));
    await openNextEpoch(sale, 5, [three]);
    await announce(sale.saleId, [rejected(three)]);
    expect(await readGate(sale)).toMatchObject({ tokens: 8, inflight: [], units: {} });
    expect(await pipeline.redis.get(old.tokens)).toBe('5');
  });

  it('releases nothing for an attempt that the new epoch does not hold', async () => {
    const { sale, two, three } = await givenPromises();
    await openNextEpoch(sale, 8, [two]);
    await announce(sale.saleId, [confirmed(two), rejected(three)]);
    const { tokens, known } = await readGate(sale);
    expect(tokens).toBe(8);
    expect(Object.keys(known).sort()).toEqual([shortId(two.attemptId), shortId(three.attemptId)].sort());
  });

  it('keeps the outcomes even when there is no gate at all', async () => {
    const { sale, two } = await givenPromises();
    await pipeline.redis.unlink(saleKeys(sale.saleId).gate);
    await announce(sale.saleId, [confirmed(two)]);
    const record = await pipeline.redis.hget(saleKeys(sale.saleId).known, shortId(two.attemptId));
    expect(record).toBe(decidedRecord(confirmed(two)));
    await until(() => heard.at(-1)?.outcomes.length === 1, { what: 'the outcome is heard' });
  });
});
