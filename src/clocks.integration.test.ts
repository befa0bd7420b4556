import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HealthBody } from './contracts/http.ts';
import { createAccessTokens } from './features/account/access-token.ts';
import type { SaleDetails } from './features/sale/sale.model.ts';
import { startProcess, type TestProcess } from './testing/start-process.ts';
import { TEST_JWT_SECRET } from './testing/test-api.ts';
import { startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { until } from './testing/until.ts';

const FIVE_MINUTES_MS = 300_000;

let folder: string;
let pipeline: TestPipeline;
let sale: SaleDetails;
const processes: TestProcess[] = [];

/** A process that believes it is earlier or later than it is. */
async function startShifted(entry: 'server' | 'worker', offsetMs: number): Promise<TestProcess> {
  const offsets = join(folder, `${entry} ${offsetMs}`);
  await writeFile(offsets, JSON.stringify({ '*': offsetMs }));
  const preload = new URL('../stress/chaos/shift-date.ts', import.meta.url);
  preload.searchParams.set('clocks', offsets);
  const started = await startProcess(entry, pipeline, {
    nodeOptions: ['--import', 'tsx', '--import', preload.href],
  });
  processes.push(started);
  return started;
}

/** An access token that expires so many seconds from now, on the gate's clock. */
function tokenFor(shopperId: string, expiresInSec: number): string {
  const lifetimeSec = 3_600;
  const clock = { now: () => Date.now() - (lifetimeSec - expiresInSec) * 1_000 };
  const tokens = createAccessTokens({ secret: TEST_JWT_SECRET, lifetimeSec, clock });
  return `Bearer ${tokens.issue({ id: shopperId, role: 'shopper' }).accessToken}`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stampede-clocks-'));
  pipeline = await startTestPipeline();
  sale = await givenSale(pipeline, { stock: 10 });
}, 60_000);
afterAll(async () => {
  for (const started of processes) await started.kill();
  await pipeline.close();
  await rm(folder, { recursive: true });
});

describe('processes whose clocks are five minutes off each way', () => {
  it('sell by the clock of the gate: tokens, times and the life of a worker are judged by it', async () => {
    await startShifted('worker', -FIVE_MINUTES_MS);
    for (const offsetMs of [FIVE_MINUTES_MS, -FIVE_MINUTES_MS]) {
      const api = await startShifted('server', offsetMs);
      expect(Date.parse(api.logged()[0]!.at as string) - Date.now()).toBeCloseTo(offsetMs, -5); // it is shifted
      const port = api.logged().find(({ message }) => message === 'listening')!.port as number;
      const url = `http://127.0.0.1:${port}/api`;
      const buy = (authorization: string) =>
        fetch(`${url}/purchase/attempt`, {
          method: 'POST',
          headers: { Authorization: authorization, 'Content-Type': 'application/json' },
          body: JSON.stringify({ saleId: sale.saleId }),
        });
      const [shopper] = await givenShoppers(pipeline.db, 1);
      expect((await buy(tokenFor(shopper!, -10))).status).toBe(401); // expired ten seconds ago
      const answer = await buy(tokenFor(shopper!, 60)); // good for a minute
      expect(answer.status).toBe(202);
      const { attemptId, queuedAt } = (await answer.json()) as { attemptId: string; queuedAt: string };
      expect(Math.abs(Date.parse(queuedAt) - Date.now())).toBeLessThan(60_000);
      const row = await until(
        () => pipeline.db('purchase_attempts').where({ id: attemptId }).first<{ settled_at: Date }>(),
        { what: 'it is settled' },
      );
      expect(Math.abs(row.settled_at.getTime() - Date.now())).toBeLessThan(60_000);
      const { checks } = (await (await fetch(`${url}/health/ready`)).json()) as HealthBody;
      expect(checks.worker).toMatchObject({ ok: true });
    }
  }, 120_000);
});
