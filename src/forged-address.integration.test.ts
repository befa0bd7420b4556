import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectProblem } from './testing/expect-problem.ts';
import { startTestApi, type Answer, type TestApi } from './testing/test-api.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { startTestServices, type TestServices } from './testing/test-services.ts';

let services: TestServices;
let shoppers: string[];
const apis: TestApi[] = [];

beforeAll(async () => {
  services = await startTestServices();
  shoppers = await givenShoppers(services.db, 3);
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

  /** More requests than an address may have, each of another address if it is believed; up to the first refused. */
  const burst = async (api: TestApi): Promise<Answer[]> => {
    const answers: Answer[] = [];
    for (let round = 0; round < 24 && !answers.some(({ status }) => status === 429); round += 1) {
      const fifty = Array.from({ length: 50 }, () =>
        api.send('/api/purchase/attempt', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', ...forgedHeaders() },
          body: {},
        }),
      );
      answers.push(...(await Promise.all(fifty)));
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
