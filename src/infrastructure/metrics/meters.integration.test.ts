import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestRedis, type TestRedis } from '../../testing/test-redis.ts';
import { until } from '../../testing/until.ts';
import { PROCESSES_KEY } from '../redis/keys.ts';
import { countAnswers } from './count-answers.ts';
import { Meters, readMeters } from './meters.ts';
import { createProcessMeters, readProcessUsage } from './process-usage.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.redis.flushall();
});

/** Samples of one family as `suffix{label values}` → value. */
async function read(name: string): Promise<Record<string, number>> {
  const family = (await readMeters(server.redis)).find((one) => one.name === name);
  const entries = family?.samples.map(({ suffix = '', labels, value }): [string, number] => [
    `${suffix}{${Object.values(labels).join(' ')}}`,
    value,
  ]);
  return Object.fromEntries(entries ?? []);
}

describe('what two processes count', () => {
  it('adds up, by labels, with what they counted before', async () => {
    const [one, two] = [new Meters(server), new Meters(server)];
    one.add('process_cpu_seconds_total', ['api'], 0.25);
    two.add('process_cpu_seconds_total', ['api'], 0.5);
    two.add('process_cpu_seconds_total', ['worker'], 2);
    await Promise.all([one.flush(), two.flush()]);
    one.add('process_cpu_seconds_total', ['api'], 1);
    await Promise.all([one.flush(), two.flush()]);
    expect(await read('process_cpu_seconds_total')).toEqual({ '{api}': 1.75, '{worker}': 2 });
  });

  it('falls into the same buckets, bounds included, and into the last above them all', async () => {
    const [one, two] = [new Meters(server), new Meters(server)];
    for (const size of [1, 2, 3]) one.observe('stampede_gate_batch_attempts', [], size);
    for (const size of [2, 500, 501]) two.observe('stampede_gate_batch_attempts', [], size);
    await Promise.all([one.flush(), two.flush()]);
    expect(await read('stampede_gate_batch_attempts')).toMatchObject({
      ...{ '_bucket{1}': 1, '_bucket{2}': 3, '_bucket{5}': 4, '_bucket{400}': 4 },
      ...{ '_bucket{500}': 5, '_bucket{+Inf}': 6, '_sum{}': 1009, '_count{}': 6 },
    });
  });

  it('is there with its name before anything was counted', async () => {
    const families = await readMeters(server.redis);
    expect(families.map(({ name }) => name)).toContain('http_server_request_duration_seconds');
    expect(families.every(({ samples }) => samples.length === 0)).toBe(true);
  });

  it('is named by the methods that are known, whatever a client sends', async () => {
    const meters = new Meters(server);
    const answered = countAnswers(meters);
    answered('GET', '/api/health', 200, 3);
    answered('PROPFIND', '', 404, 0.25);
    await meters.flush();
    expect(await read('http_server_request_duration_seconds')).toMatchObject({
      '_count{GET /api/health 200}': 1,
      '_sum{GET /api/health 200}': 0.003,
      '_count{_OTHER  404}': 1,
    });
  });
});

describe('a process', () => {
  it('is told of while it lives, and forgotten when it has not reported for long', async () => {
    const clock = Date;
    const usage = async () => {
      const families = await readProcessUsage({ redis: server.redis, clock });
      return Object.fromEntries(
        families.map(({ name, samples }) => [name, samples.map(({ value }) => value)]),
      );
    };
    const dead = { role: 'api', atMs: Date.now() - 11_000, residentBytes: 1e12 };
    await server.redis.hset(PROCESSES_KEY, 'dead', JSON.stringify(dead));
    expect((await usage())['stampede_processes']).toEqual([0, 0]);
    const processes = (['api', 'api', 'worker'] as const).map((role) =>
      createProcessMeters({ redis: server.redis, clock, role }),
    );
    const present = await until(
      async () => {
        const now = await usage();
        return now['stampede_processes']?.[0] === 2 && now['stampede_processes'][1] === 1 ? now : null;
      },
      { what: 'all have reported' },
    );
    expect(present['process_resident_memory_bytes']![0]).toBeLessThan(1e12);
    expect(present['process_resident_memory_bytes']![0]).toBeGreaterThan(
      present['process_resident_memory_bytes']![1]!,
    );
    expect(await server.redis.hexists(PROCESSES_KEY, 'dead')).toBe(0);
    expect((await read('process_cpu_seconds_total'))['{api}']).toBeGreaterThan(0);
    await Promise.all(processes.map(({ close }) => close()));
    expect((await usage())['stampede_processes']).toEqual([0, 0]);
  });
});

describe('what is counted while Redis is away', () => {
  it('is added when it is back, once', async () => {
    const meters = new Meters(server);
    meters.observe('stampede_gate_batch_attempts', [], 7);
    await server.kill();
    await until(() => server.redis.status !== 'ready', { what: 'the connection breaks' });
    await expect(meters.flush()).rejects.toThrow();
    meters.observe('stampede_gate_batch_attempts', [], 7);
    await server.restart({ keepStore: false });
    await until(() => server.redis.status === 'ready', { what: 'the connection is back' });
    await meters.flush();
    await meters.flush();
    expect(await read('stampede_gate_batch_attempts')).toMatchObject({ '_count{}': 2, '_sum{}': 14 });
  });
});
