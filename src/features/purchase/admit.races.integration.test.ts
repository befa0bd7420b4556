import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { connectRedis } from '../../infrastructure/redis/connect-redis.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { askTestGate, refusedAs, wish } from '../../testing/test-gate.ts';
import { anAttempt, startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { until } from '../../testing/until.ts';
import type { GateAnswer } from './admit.ts';
import { createEnsureGate } from './rebuild.ts';

describe('many at the gate at once', () => {
  let pipeline: TestPipeline;
  let gates: [Redis, Redis];
  beforeAll(async () => {
    pipeline = await startTestPipeline();
    gates = [await openGate(), await openGate()];
  });
  afterAll(async () => {
    gates.forEach((gate) => gate.disconnect());
    await pipeline.close();
  });

  const openGate = (): Promise<Redis> => connectRedis(pipeline.redisUrl, 'gate', { logger: silentLogger });
  const { ask, tokens } = askTestGate(() => pipeline);
  const kinds = (answers: readonly (GateAnswer | undefined)[]): string[] =>
    answers.map((answer) => (answer?.kind === 'refused' ? answer.code : (answer?.kind ?? 'none'))).sort();

  it('sells the last unit to exactly one of two simultaneous shoppers', async () => {
    for (let round = 0; round < 20; round += 1) {
      const sale = await givenSale(pipeline, { stock: 1 });
      const answers = await Promise.all(gates.map((redis) => ask(sale, [wish(sale)], { redis })));
      expect(kinds(answers.flat())).toEqual(['admitted', 'sold_out']);
      expect(await tokens(sale)).toBe(0);
    }
  });

  it('keeps a shopper’s limit under 50 parallel tries', async () => {
    const sale = await givenSale(pipeline, { stock: 100, perShopperLimit: 3 });
    const shopper = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        ask(sale, [wish(sale, 1, shopper)], { redis: gates[index % 2]! }),
      ),
    );
    expect(kinds(answers.flat()).filter((kind) => kind === 'admitted')).toHaveLength(3);
    expect(kinds(answers.flat()).filter((kind) => kind === 'limit_reached')).toHaveLength(47);
    expect(await tokens(sale)).toBe(97);
  });

  it('allows exactly as many tries as the policy, wherever they arrive', async () => {
    const sale = await givenSale(pipeline, { stock: 0 });
    const shopper = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        ask(sale, [wish(sale, 1, shopper)], { redis: gates[index % 2]!, triesLimit: 20 }),
      ),
    );
    expect(kinds(answers.flat()).filter((kind) => kind === 'sold_out')).toHaveLength(20);
    expect(kinds(answers.flat()).filter((kind) => kind === 'rate_limited')).toHaveLength(30);
  });

  it('takes the same key twice at once for one attempt', async () => {
    const sale = await givenSale(pipeline, { perShopperLimit: 5 });
    const attempt = wish(sale);
    const answers = await Promise.all(gates.map((redis) => ask(sale, [attempt], { redis })));
    expect(kinds(answers.flat())).toEqual(['admitted', 'known']);
    expect(await tokens(sale)).toBe(9);
  });

  it('takes the same key for the same attempt after the last unit went', async () => {
    const sale = await givenSale(pipeline, { stock: 1 });
    const attempt = wish(sale);
    await ask(sale, [attempt]);
    expect(await ask(sale, [wish(sale), attempt])).toMatchObject([refusedAs('sold_out'), { kind: 'known' }]);
  });

  it('takes the same key for the same attempt, decided or in flight, after all of Redis was lost', async () => {
    const sale = await givenSale(pipeline, { stock: 2 });
    const [bought, waiting] = (await givenShoppers(pipeline.db, 2)).map((shopper) =>
      anAttempt(sale.saleId, shopper),
    ) as [ReturnType<typeof anAttempt>, ReturnType<typeof anAttempt>];
    const worker = await pipeline.startWorker();
    await pipeline.accept(sale, [bought]);
    await until(async () => (await pipeline.inflight(sale.saleId)).length === 0, { what: 'it is settled' });
    await worker.stop();

    await pipeline.redis.flushall();
    const ensureGate = createEnsureGate({ ...pipeline, adoptionMs: 0, logger: silentLogger });
    await until(() => ensureGate(sale.saleId, sale.stockId), { what: 'the gate is rebuilt' });
    const answers = await Promise.all(gates.map((redis) => ask(sale, [bought], { redis, epoch: 2 })));
    for (const [answer] of answers) {
      expect(answer).toMatchObject({ kind: 'known', record: expect.stringMatching(/^C\|/) });
    }
    // Redis lost it, nobody settled it and no process owed it: the same key makes the same attempt again.
    expect(await ask(sale, [waiting, waiting], { epoch: 2 })).toMatchObject([
      { kind: 'admitted' },
      { kind: 'known' },
    ]);
    expect(await tokens(sale, 2)).toBe(0);
  });
});
