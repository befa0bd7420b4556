import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestRedis, type TestRedis } from '../../testing/test-redis.ts';
import { until } from '../../testing/until.ts';
import { silentLogger } from '../logging/logger.ts';
import { SET_ASIDE_JOBS_KEY } from '../redis/keys.ts';
import { createSettleQueue, UnusableJobError, type SettleQueue } from './settle-queue.ts';

interface Job {
  name: string;
}

let server: TestRedis;
const queues: SettleQueue<Job>[] = [];

beforeAll(async () => {
  server = await startTestRedis();
});
afterEach(async () => {
  for (const queue of queues.splice(0)) await queue.close();
  await server.redis.flushall();
});
afterAll(() => server.close());

async function openQueue(role: 'add' | 'work', clock: { now(): number } = Date): Promise<SettleQueue<Job>> {
  const queue = await createSettleQueue<Job>({ url: server.url, role, clock, logger: silentLogger });
  queues.push(queue);
  return queue;
}

const EMPTY = { waiting: 0, active: 0, delayed: 0, failed: 0, oldestMs: 0 };

describe('the queue', () => {
  it('takes a job id once while its job is there, and again when it is done', async () => {
    const adding = await openQueue('add');
    const id = randomUUID();
    for (let times = 0; times < 3; times += 1) await adding.add(id, { name: 'first' });
    expect(await adding.counts()).toMatchObject({ waiting: 1 });

    const ran: string[] = [];
    const working = await openQueue('work');
    working.process(4, async ({ name }) => void ran.push(name));
    await until(async () => ran.length === 1 && (await adding.counts()).active === 0, { what: 'it ran' });
    expect(await adding.counts()).toEqual(EMPTY);
    await adding.add(id, { name: 'again' });
    await until(() => ran.length === 2, { what: 'it ran again' });
    expect(ran).toEqual(['first', 'again']);
  });

  it('takes the id of a job that failed for good again', async () => {
    const [adding, working] = [await openQueue('add'), await openQueue('work')];
    const id = randomUUID();
    await adding.add(id, { name: 'first' });
    const key = `{settle-0}:settle:${id}`;
    const options = JSON.parse((await server.redis.hget(key, 'opts')) ?? '') as object;
    await server.redis.hset(key, 'opts', JSON.stringify({ ...options, attempts: 1 }));
    const ran: string[] = [];
    working.process(4, async ({ name }) => {
      ran.push(name);
      if (name === 'first') throw new Error('it fails');
    });
    await until(async () => ran.length === 1 && (await adding.counts()).active === 0, { what: 'it failed' });
    expect(await adding.counts()).toEqual(EMPTY);
    await adding.add(id, { name: 'again' });
    await until(() => ran.length === 2, { what: 'it runs again' });
  });

  it('takes no second job of an id while the first one runs', async () => {
    const [adding, working] = [await openQueue('add'), await openQueue('work')];
    let runs = 0;
    let end = (): void => undefined;
    const held = new Promise<void>((resolve) => (end = resolve));
    working.process(4, () => {
      runs += 1;
      return held;
    });
    const id = randomUUID();
    try {
      await adding.add(id, { name: 'held' });
      await until(() => runs === 1, { what: 'it runs' });
      await adding.add(id, { name: 'held' });
      expect(await adding.counts()).toMatchObject({ active: 1, waiting: 0 });
    } finally {
      end(); // a queue does not close while a job runs
    }
    await until(async () => (await adding.counts()).active === 0, { what: 'it is done' });
    expect(runs).toBe(1);
  });

  it('knows which ids have no job: neither one that waits nor one that runs', async () => {
    const [adding, working] = [await openQueue('add'), await openQueue('work')];
    const [held, waiting, done, never] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    let end = (): void => undefined;
    const ending = new Promise<void>((resolve) => (end = resolve));
    try {
      working.process(1, ({ name }) => (name === 'held' ? ending : Promise.resolve()));
      await adding.add(done, { name: 'done' });
      await until(async () => (await adding.lacking([done])).length === 1, { what: 'it is done' });
      await adding.add(held, { name: 'held' });
      await until(async () => (await adding.counts()).active === 1, { what: 'it runs' });
      await adding.add(waiting, { name: 'waiting' });
      expect(await adding.lacking([held, done, waiting, never])).toEqual([done, never]);
      expect(await adding.lacking([])).toEqual([]);
    } finally {
      end(); // a queue does not close while a job runs
    }
  });

  it('knows that a job is gone of which only its last error is left, and takes its id again', async () => {
    const [adding, working] = [await openQueue('add'), await openQueue('work')];
    const id = randomUUID();
    await server.redis.hset(`{settle-0}:settle:${id}`, { stalledCounter: 1, failedReason: 'not active' });
    expect(await adding.lacking([id])).toEqual([id]);
    await adding.add(id, { name: 'again' });
    const ran: string[] = [];
    working.process(4, async ({ name }) => void ran.push(name));
    await until(() => ran.length === 1, { what: 'it runs' });
    expect(ran).toEqual(['again']);
  });

  it('tries a job that fails again and again, at least once a second, and never gives it up', async () => {
    const [adding, working] = [await openQueue('add'), await openQueue('work')];
    const triedAt: number[] = [];
    working.process(4, () => {
      triedAt.push(Date.now());
      return triedAt.length <= 6 ? Promise.reject(new Error('PostgreSQL is away')) : Promise.resolve();
    });
    await adding.add(randomUUID(), { name: 'unlucky' });
    await until(() => triedAt.length === 7, { timeoutMs: 20_000, what: 'it works at last' });
    const waits = triedAt.slice(1).map((at, index) => at - triedAt[index]!);
    expect(waits[0]).toBeGreaterThanOrEqual(90);
    expect(Math.max(...waits)).toBeLessThan(2_500); // 1 s of back-off and what a busy machine adds
    expect(waits[5]).toBeGreaterThanOrEqual(950);
    await until(async () => (await adding.counts()).active === 0, { what: 'it is done' });
    expect(await adding.counts()).toEqual(EMPTY);
  });

  it('tries again within its back-off when the clock of the worker is set back meanwhile', async () => {
    const [adding, working] = [await openQueue('add'), await openQueue('work')];
    let tries = 0;
    working.process(4, () => {
      tries += 1;
      return tries === 1 ? Promise.reject(new Error('PostgreSQL is away')) : Promise.resolve();
    });
    await adding.add(randomUUID(), { name: 'unlucky' });
    await until(() => tries === 1, { what: 'it fails' });
    const now = Date.now.bind(Date);
    const setBack = jest.spyOn(Date, 'now').mockImplementation(() => now() - 300_000);
    try {
      await until(() => tries === 2, { timeoutMs: 20_000, what: 'it is tried again' });
    } finally {
      setBack.mockRestore();
    }
  });

  it('closes without waiting for the back-off of a job, which goes back', async () => {
    const [adding, working] = [await openQueue('add'), await openQueue('work')];
    let tries = 0;
    working.process(4, () => {
      tries += 1;
      return Promise.reject(new Error('PostgreSQL is away'));
    });
    await adding.add(randomUUID(), { name: 'unlucky' });
    await until(() => tries === 5, { timeoutMs: 20_000, what: 'it is held for a second' });
    await working.close();
    expect(await adding.counts()).toMatchObject({ waiting: 1, active: 0 });
  });

  it('sets a job aside that can never work, whatever it is, and goes on with the others', async () => {
    const [adding, working] = [await openQueue('add'), await openQueue('work')];
    const id = randomUUID();
    await adding.add('no JSON', { name: 'good' });
    await server.redis.hset('{settle-0}:settle:no JSON', 'data', '{"name":');
    await adding.add(id, { name: 'bad' });
    const ran: string[] = [];
    working.process(1, async (job: Job | null) => {
      if (job?.name !== 'good') throw new UnusableJobError(`its name is ${job?.name}`);
      ran.push(job.name);
    });
    await until(async () => (await adding.counts()).failed === 2, { what: 'both are set aside' });
    await adding.add(id, { name: 'good' }); // what was set aside does not stand in the way
    await until(() => ran.length === 1, { what: 'the others run' });
    await until(async () => (await adding.counts()).active === 0, { what: 'it is done' });
    expect(await adding.counts()).toEqual({ ...EMPTY, failed: 2 });
    const kept = await server.redis.lrange(SET_ASIDE_JOBS_KEY, 0, -1);
    expect(kept.map((entry) => JSON.parse(entry) as unknown)).toEqual([
      { at: expect.any(Number), batchId: id, reason: 'its name is bad', found: '{"name":"bad"}' },
      { at: expect.any(Number), batchId: 'no JSON', reason: 'its name is undefined', found: 'null' },
    ]);
  });

  it('drops the id of a job that is done already, without a word, and goes on', async () => {
    const [adding, working] = [await openQueue('add'), await openQueue('work')];
    const done = randomUUID();
    await server.redis.lpush('{settle-0}:settle:wait', done); // as after a worker that was frozen while it waited
    const ran: string[] = [];
    working.process(1, async ({ name }) => void ran.push(name));
    await adding.add(randomUUID(), { name: 'good' });
    await until(async () => ran.length === 1 && (await adding.counts()).active === 0, { what: 'it ran' });
    expect(await adding.counts()).toEqual(EMPTY);
    await adding.add(done, { name: 'again' });
    await until(() => ran.length === 2, { what: 'the id may come again' });
    expect(await server.redis.keys('{settle-0}:settle:*lock')).toEqual([]);
  });

  it('refuses within its deadline when Redis hangs, and is one job when that add did arrive', async () => {
    const adding = await openQueue('add');
    await adding.add(randomUUID(), { name: 'knows the scripts' });
    const id = randomUUID();
    await server.redis.call('CLIENT', 'PAUSE', '60000', 'WRITE');
    const askedAt = Date.now();
    await expect(adding.add(id, { name: 'late' })).rejects.toThrow();
    expect(Date.now() - askedAt).toBeLessThan(2_500);
    await server.redis.call('CLIENT', 'UNPAUSE');
    await until(() => adding.isReady(), { what: 'the connection stands' });
    await until(
      async () => {
        await adding.add(id, { name: 'late' });
        return true;
      },
      { what: 'it is added' },
    );
    expect(await adding.counts()).toMatchObject({ waiting: 2 });
  });

  it('tells how long its oldest job waits', async () => {
    const adding = await openQueue('add');
    await adding.add(randomUUID(), { name: 'oldest' });
    await until(async () => (await adding.counts()).oldestMs >= 50, { what: 'it waits' });
    const { oldestMs } = await adding.counts();
    await adding.add(randomUUID(), { name: 'younger' });
    expect((await adding.counts()).oldestMs).toBeGreaterThanOrEqual(oldestMs);
  });

  it('tells it by the clock it was given, not by that of the machine', async () => {
    const ahead = await openQueue('add', { now: () => Date.now() + 300_000 });
    await ahead.add(randomUUID(), { name: 'dated five minutes ahead' });
    const later = await openQueue('add', { now: () => Date.now() + 307_000 });
    const { oldestMs } = await later.counts();
    expect(oldestMs).toBeGreaterThanOrEqual(7_000);
    expect(oldestMs).toBeLessThan(60_000);
  });
});
