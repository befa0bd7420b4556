import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createOpenApiDocument } from './contracts/openapi.ts';
import { epochKeys } from './infrastructure/redis/keys.ts';
import { fuzzRequests, type FuzzDocument, type FuzzRequest } from './testing/fuzz/fuzz-requests.ts';
import { startTestApi, tokenOf, type Answer, type TestApi } from './testing/test-api.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';

/** A little in `npm test`, the same every time; 10,000 others in `npm run fuzz`. */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 500);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const HANG_MS = 20_000;

let pipeline: TestPipeline;
let api: TestApi;
let ids: string[];
let saleId: string;
let actors: Record<'shopper' | 'operator' | 'admin', string>;

beforeAll(async () => {
  pipeline = await startTestPipeline();
  const { db } = pipeline;
  const [shopper, operator, admin] = await givenShoppers(db, 3);
  actors = { shopper: shopper!, operator: operator!, admin: admin! };
  for (const role of ['operator', 'admin'] as const)
    await db('users').where({ id: actors[role] }).update({ role });
  const sale = await givenSale(pipeline, { stock: 1_000_000 });
  ({ saleId } = sale);
  ids = [saleId, sale.product.id, actors.shopper, actors.operator];
  api = await startTestApi(pipeline, { DEMO: '1', ADDRESS_LIMIT_EXEMPT: 'loopback', TRIES_LIMIT: '1000000' });
});
afterAll(async () => {
  await api.close();
  await pipeline.close();
});

/** All that a refused request must leave as it was, in the stores and at the gate. */
async function readState(): Promise<string> {
  const { rows } = await pipeline.db.raw<{ rows: object[] }>(`select
    (select count(*) from users) users, (select count(*) from users where deleted_at is not null or blocked) gone,
    (select string_agg(role || coalesce(password_hash, ''), ',') from users where role <> 'shopper') operators,
    (select count(*) from audit_log) audit, (select count(*) from orders) orders,
    (select count(*) from purchase_attempts) attempts, (select count(*) from pictures) pictures,
    (select count(*) || '/' || coalesce(sum(version), 0) from products) products,
    (select count(*) || '/' || coalesce(sum(version), 0) from flash_sales) sales,
    (select count(*) || '/' || coalesce(sum(total), 0) || '/' || coalesce(sum(sold), 0) from stocks) stocks`);
  const tokens = await pipeline.redis.get(epochKeys(saleId, 1).tokens);
  return JSON.stringify({ ...rows[0], tokens });
}

function authorizationOf(asker: FuzzRequest['asker']): Record<string, string> {
  if (asker === 'nobody') return {};
  if (asker === 'somebody with a made-up token') return { Authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' };
  return { Authorization: tokenOf(actors[asker], { role: asker }) };
}

async function ask({ method, path, headers, body, asker }: FuzzRequest): Promise<Answer> {
  const timer = AbortSignal.timeout(HANG_MS);
  const hangs = new Promise<never>((_, reject) => {
    timer.addEventListener('abort', () => reject(new Error(`no answer within ${HANG_MS} ms`)));
  });
  const all = { ...headers, ...authorizationOf(asker) };
  return Promise.race([
    api.send(path, { method, headers: all, ...(body === undefined ? {} : { body }) }),
    hangs,
  ]);
}

describe('every route of the OpenAPI document, with what it says and with one thing wrong', () => {
  it(`answers ${INPUTS} inputs: no 500, no hang, and what is refused or read changes nothing`, async () => {
    const document = createOpenApiDocument({ version: '0' }) as unknown as FuzzDocument;
    const seen = new Map<string, number>();
    let before = await readState();
    const check = async (request: FuzzRequest): Promise<void> => {
      const answer = await ask(request);
      const { status, problem } = answer;
      const asked = `${request.asker} ${request.route}`;
      seen.set(`${status}`, (seen.get(`${status}`) ?? 0) + 1);
      expect({ asked, status, isOurFault: status >= 500 && status !== 503 }).toMatchObject({
        isOurFault: false,
      });
      if (status >= 400 && !request.path.startsWith('/api/health')) {
        expect({ asked, problem }).toMatchObject({ problem: { status, code: expect.any(String) } });
      }
      expect(answer.text).not.toMatch(/node_modules|\.ts:\d+|syntax error at or near|select .* from /);
      const after = await readState();
      if (status >= 400 || request.method === 'GET')
        expect({ asked, state: after }).toEqual({ asked, state: before });
      before = after;
    };
    await fc.assert(fc.asyncProperty(fuzzRequests(document, ids), check), {
      numRuns: INPUTS,
      seed: SEED,
      endOnFailure: true,
    });
    if (INPUTS > 500)
      process.stdout.write(`answers by status: ${JSON.stringify(Object.fromEntries([...seen].sort()))}\n`);
  }, 3_600_000);
});
