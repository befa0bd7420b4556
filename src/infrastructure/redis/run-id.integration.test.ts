import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestRedis, type TestRedis } from '../../testing/test-redis.ts';
import { until } from '../../testing/until.ts';
import { followRunId } from './run-id.ts';

/** One server has the keys of every sale. */
const ANY_SALE = '00000000-0000-4000-8000-000000000000';

describe("a server's run id", () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startTestRedis();
  });
  afterAll(() => server.close());

  it('is forgotten when the connection breaks, and is the new server’s as soon as that has named itself', async () => {
    const runId = await followRunId(server.redis);
    const first = runId.of(ANY_SALE);
    expect(first).toMatch(/^[0-9a-f]{40}$/);
    await server.kill();
    await until(() => server.redis.status !== 'ready', { what: 'the connection breaks' });
    expect(runId.of(ANY_SALE)).toBeNull();
    await server.restart({ keepStore: false });
    const second = await until(() => runId.of(ANY_SALE), { what: 'the new server names itself' });
    expect(second).toMatch(/^[0-9a-f]{40}$/);
    expect(second).not.toBe(first);
  });
});
