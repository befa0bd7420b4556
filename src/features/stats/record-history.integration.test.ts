import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LiveEventBody } from '../../contracts/live-http.ts';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { HISTORY_KEYS, PROCESSES_KEY, saleHistoryKey, saleKeys } from '../../infrastructure/redis/keys.ts';
import { startTestPipeline, type TestPipeline } from '../../testing/test-pipeline.ts';
import { givenSale } from '../../testing/test-sale.ts';
import { until } from '../../testing/until.ts';
import { readHistory } from './history-store.ts';
import { createRecordHistory } from './record-history.ts';

let pipeline: TestPipeline;

beforeAll(async () => {
  pipeline = await startTestPipeline();
});
beforeEach(async () => {
  await pipeline.redis.flushall();
});
afterAll(async () => {
  await pipeline.close();
});

const recorder = () => createRecordHistory({ ...pipeline, clock: Date, logger: silentLogger });
const count = (key: string) => pipeline.redis.llen(key);
const tellOf = (pid: number) => {
  const figures = { residentBytes: 1, cpu: 0, loopLateMs: 0, clockAheadMs: 0, startedAtMs: 0 };
  const report = { role: 'api', host: 'h', pid, atMs: Date.now() + 60_000, ...figures };
  return pipeline.redis.hset(PROCESSES_KEY, String(pid), JSON.stringify(report));
};

describe('the history', () => {
  it('is recorded by one process at a time, and by another when that one closes', async () => {
    const [one, two] = [recorder(), recorder()];
    await one.record();
    await two.record();
    expect(await count(HISTORY_KEYS.instance)).toBe(1);
    await one.close();
    await two.record();
    expect(await count(HISTORY_KEYS.instance)).toBe(2);
    await two.close();
  });

  it('tells of a recorder that died without a word, by who follows it', async () => {
    await tellOf(1);
    await tellOf(2);
    await recorder().record();
    await pipeline.redis.hdel(PROCESSES_KEY, '1');
    const follower = recorder();
    const told = await until(
      async () => {
        await follower.record(); // nothing comes of it until the lease has run out
        return pipeline.redis.lindex(HISTORY_KEYS.events, 0);
      },
      { what: 'the follower records', timeoutMs: 30_000 },
    );
    const event = JSON.parse(told) as LiveEventBody;
    expect(event).toMatchObject({ kind: 'process_ended', process: 'api 1' });
    expect(await count(HISTORY_KEYS.events)).toBe(1);
    await follower.close();
  });

  it('keeps what happened in a second, and nothing of a second in which nothing did', async () => {
    const { saleId } = await givenSale(pipeline, { stock: 10 });
    const one = recorder();
    await one.record(); // where the lines begin
    await one.record();
    expect(await count(saleHistoryKey(saleId))).toBe(1);
    await pipeline.redis.hincrby(saleKeys(saleId).counters, 'refused:sold_out', 3);
    await one.record();
    const nowSec = Math.floor(Date.now() / 1_000);
    const { sale } = await readHistory(pipeline.redis, saleId, { sinceSec: 0, nowSec });
    expect(sale.map(({ counts }) => counts)).toEqual([{}, { sold_out: 3 }]);
    await one.close();
  });

  it('goes on while PostgreSQL does not answer, and forgets nothing of its sales meanwhile', async () => {
    const { saleId } = await givenSale(pipeline);
    let isAway = false;
    const raw = (sql: string, bindings: never[]): Promise<unknown> =>
      isAway ? new Promise(() => undefined) : Promise.resolve(pipeline.db.raw(sql, bindings));
    const db = { raw } as unknown as Database;
    const one = createRecordHistory({ ...pipeline, db, clock: Date, logger: silentLogger });
    await one.record();
    isAway = true;
    await pipeline.redis.hincrby(saleKeys(saleId).counters, 'refused:sold_out', 3);
    await one.record();
    isAway = false;
    await one.record();
    const nowSec = Math.floor(Date.now() / 1_000);
    const { sale, instance } = await readHistory(pipeline.redis, saleId, { sinceSec: 0, nowSec });
    expect(instance.map((second) => second.postgresMs !== undefined)).toEqual([true, false, true]);
    expect(sale.map(({ counts }) => counts)).toEqual([{}, { sold_out: 3 }]);
    await one.close();
  });

  it('is an hour long at most, and goes when nobody records any more', async () => {
    const { saleId } = await givenSale(pipeline);
    const now = Math.floor(Date.now() / 1_000);
    const old = Array.from({ length: 4_000 }, (_, ago) => JSON.stringify({ at: now - 10 - ago, counts: {} }));
    await pipeline.redis.rpush(saleHistoryKey(saleId), ...old);
    const one = recorder();
    await one.record();
    await one.close();
    expect(await count(saleHistoryKey(saleId))).toBe(3_600);
    const { sale } = await readHistory(pipeline.redis, saleId, { sinceSec: 0, nowSec: now });
    expect(sale[0]!.at).toBeGreaterThan(now - 3_600);
    for (const key of [HISTORY_KEYS.instance, HISTORY_KEYS.seen, saleHistoryKey(saleId)]) {
      expect(await pipeline.redis.ttl(key)).toBeGreaterThan(0);
    }
  });
});
