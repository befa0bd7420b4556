import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectProblem } from './testing/expect-problem.ts';
import { startTestApi, type Answer, type TestApi } from './testing/test-api.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { startTestServices, type TestServices } from './testing/test-services.ts';
import { until } from './testing/until.ts';

let services: TestServices;
let shoppers: string[];
const apis: TestApi[] = [];

beforeAll(async () => {
  services = await startTestServices();
  shoppers = await givenShoppers(services.db, 6);
});
afterAll(async () => {
  for (const api of apis) await api.close();
  await services.close();
});

async function startApi(variables: Record<string, string> = {}): Promise<TestApi> {
  const api = await startTestApi(services, variables);
  apis.push(api);
  return api;
}

let forged = 0;
const forgedHeaders = () => {
  forged += 1;
  const address = `198.51.${forged >> 8}.${forged & 255}`;
  return { 'X-Forwarded-For': address, 'X-Real-IP': address, Forwarded: `for=${address}` };
};

describe('a forged X-Forwarded-For', () => {
  it('buys a shopper no tries, not even on another process', async () => {
    const { saleId } = await givenSale(services, { stock: 0 });
    const [one, two] = [await startApi({ TRIES_LIMIT: '4' }), await startApi({ TRIES_LIMIT: '4' })];
    const codes: string[] = [];
    for (const api of [one, two, one, two, one, two]) {
      const answer = await api.attempt(shoppers[0]!, { saleId }, { headers: forgedHeaders() });
      codes.push(answer.problem.code);
    }
    expect(codes).toEqual([...Array<string>(4).fill('sold_out'), 'rate_limited', 'rate_limited']);
  });

  /**
   * More requests than an address may have, each of another address if it is believed; up to the first refused. At once, so
   * that a busy machine is not too slow to be limited.
   */
  const burst = async (api: TestApi): Promise<Answer[]> => {
    const answers: Answer[] = [];
    for (let round = 0; round < 4 && !answers.some(({ status }) => status === 429); round += 1) {
      const crowd = Array.from({ length: 1_000 }, () =>
        api.send('/api/purchase/attempt', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', ...forgedHeaders() },
          body: {},
        }),
      );
      answers.push(...(await Promise.all(crowd)));
    }
    return answers;
  };

  it('buys no place under the limit by address, which says how long to wait', async () => {
    const answers = await burst(await startApi());
    const limited = answers.find(({ status }) => status === 429);
    expect(limited).toBeDefined();
    expectProblem(limited!, 429, 'rate_limited');
    expect(limited!.headers['ratelimit-policy']).toMatch(/^"address"; q=\d+; w=\d+$/);
    expect(limited!.headers.ratelimit).toMatch(/^"address"; r=0; t=\d+$/);
  });

  it('counts when the proxy it comes from is trusted', async () => {
    const answers = await burst(await startApi({ TRUST_PROXY: 'loopback' }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
  });
});

describe('many accounts of one address block', () => {
  /** What each shopper in turn is told, each from the next address of the block. */
  const fromBlock = async (api: TestApi, saleId: string, who: number[], block = '203.0.113') => {
    const answers: Answer[] = [];
    for (const [n, shopper] of who.entries()) {
      const headers = { 'X-Forwarded-For': `${block}.${n + 1}` };
      answers.push(await api.attempt(shoppers[shopper]!, { saleId }, { headers }));
    }
    return answers;
  };
  const codes = (answers: Answer[]) => answers.map(({ problem }) => problem.code);

  it('wait longer and longer, other blocks and who was there before them not at all', async () => {
    const { saleId } = await givenSale(services, { stock: 0 });
    const api = await startApi({ TRUST_PROXY: 'loopback', BLOCK_ACCOUNTS: '2', BLOCK_STEP_MS: '20000' });
    const answers = await fromBlock(api, saleId, [0, 1, 2, 3, 0]);
    expect(codes(answers)).toEqual(['sold_out', 'sold_out', 'rate_limited', 'rate_limited', 'sold_out']);
    const [third, fourth] = [answers[2]!, answers[3]!];
    expectProblem(third, 429, 'rate_limited');
    expect(third.headers['ratelimit-policy']).toBe('"block"; q=2; w=600');
    const waits = [third, fourth].map(({ headers }) =>
      Number(/^"block"; r=0; t=(\d+)$/.exec(String(headers.ratelimit))![1]),
    );
    expect(waits[1]! - waits[0]!).toBeGreaterThan(10);
    expect(Number(fourth.headers['retry-after'])).toBeGreaterThanOrEqual(waits[1]!);
    expect(codes(await fromBlock(api, saleId, [2, 3], '198.51.100'))).toEqual(['sold_out', 'sold_out']);
  });

  it('come in when it is their turn', async () => {
    const { saleId } = await givenSale(services, { stock: 0 });
    const api = await startApi({ TRUST_PROXY: 'loopback', BLOCK_ACCOUNTS: '1', BLOCK_STEP_MS: '300' });
    await fromBlock(api, saleId, [0]);
    await until(async () => codes(await fromBlock(api, saleId, [1]))[0] === 'sold_out');
  });

  it('are of their proxy’s block, whatever they write, when it is not trusted', async () => {
    const { saleId } = await givenSale(services, { stock: 0 });
    const api = await startApi({ BLOCK_ACCOUNTS: '2', BLOCK_STEP_MS: '20000' });
    const answers: Answer[] = [];
    for (const shopper of shoppers.slice(0, 4))
      answers.push(
        await api.attempt(
          shopper,
          { saleId },
          { headers: { 'X-Forwarded-For': `10.${answers.length}.0.1` } },
        ),
      );
    expect(codes(answers)).toEqual(['sold_out', 'sold_out', 'rate_limited', 'rate_limited']);
  });

  it('do not wait where addresses are exempt', async () => {
    const { saleId } = await givenSale(services, { stock: 0 });
    const api = await startApi({ BLOCK_ACCOUNTS: '1', ADDRESS_LIMIT_EXEMPT: 'loopback' });
    const answers: Answer[] = [];
    for (const shopper of shoppers) answers.push(await api.attempt(shopper, { saleId }));
    expect(new Set(codes(answers))).toEqual(new Set(['sold_out']));
  });
});
