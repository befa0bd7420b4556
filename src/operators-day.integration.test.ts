import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createPasswords } from './features/account/password.ts';
import { startTestApi, type TestApi } from './testing/test-api.ts';
import { startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { until } from './testing/until.ts';

const ROOT = new URL('../', import.meta.url);
const account = { EMAIL: 'olga@test.invalid', PASSWORD: 'a long way round the lake' };

let pipeline: TestPipeline;
let api: TestApi;
beforeAll(async () => {
  pipeline = await startTestPipeline();
  await pipeline.startWorker();
  api = await startTestApi(pipeline, { DEMO: '1' });
  const password_hash = await createPasswords().hash(account.PASSWORD);
  await pipeline.db('users').insert({ email: account.EMAIL, name: 'Olga', role: 'operator', password_hash });
});
afterAll(async () => {
  await api.close();
  await pipeline.close();
});

/** Every block of the page as one script that stops at the first command that fails. */
async function runPage(): Promise<{ exitCode: number | null; printed: string }> {
  const page = await readFile(new URL('docs/operators.md', ROOT), 'utf8');
  const script = [...page.matchAll(/^```sh\n(.*?)^```/gms)].map((block) => block[1]).join('\n');
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: fileURLToPath(ROOT),
    env: { PATH: process.env.PATH, U: api.url, ...account },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { exitCode, printed };
}

it("an operator's day goes as docs/operators.md says", async () => {
  const { exitCode, printed } = await runPage();
  expect({ exitCode, printed: exitCode === 0 ? '' : printed }).toEqual({ exitCode: 0, printed: '' });
  expect(printed).toMatch(/^sold_out$/m);
  expect(printed).toMatch(/^order_id,.*\r\n.*,cancelled,/m);

  const sales = await pipeline.db<{ id: string }>('flash_sales').orderBy('created_at');
  expect(sales).toMatchObject([
    { name: 'Night run', state: 'stopped', per_shopper_limit: 2 },
    { name: 'Night run', state: 'draft' },
  ]);
  const log = await pipeline
    .db('audit_log')
    .where({ subject: `sale:${sales[0]!.id}` })
    .orderBy('id');
  expect(log.map(({ action }: { action: string }) => action)).toEqual([
    ...['sale.create', 'sale.edit', 'sale.publish', 'sale.pause', 'sale.message', 'sale.stock', 'sale.stock'],
    ...['sale.resume', 'sale.message', 'sale.reconcile', 'sale.stop'],
  ]);
  const stock = pipeline.db('stocks').where({ sale_id: sales[0]!.id });
  const isSold = async () => (await stock.clone().first<{ sold: number }>('sold')).sold === 1;
  await until(isSold, { what: 'one of two orders is left' });
  expect(await stock).toMatchObject([{ total: 4 }]);
}, 90_000);
