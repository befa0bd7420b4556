import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeHistory } from '../../features/purchase/history/judge-history.ts';
import { givenShoppers } from '../test-sale.ts';
import { startTestServices, type TestServices } from '../test-services.ts';
import { commands, settings } from './commands.ts';
import { createModelShop } from './model-shop.ts';
import { play } from './play.ts';
import { createRealShop } from './real-shop.ts';
import { assertOptions, readRuns } from './runs.ts';
import { createTwinShop } from './twin-shop.ts';

const runs = readRuns(process.env);

describe('the real shop', () => {
  let services: TestServices;
  let shopperIds: string[];
  beforeAll(async () => {
    services = await startTestServices();
    shopperIds = [...(await givenShoppers(services.db, 4)), randomUUID()];
  });
  afterAll(() => services.close());

  it(`answers as the model does in ${runs.replays} histories, and keeps every promise`, async () => {
    await fc.assert(
      fc.asyncProperty(settings, commands, async (begin, history) => {
        const real = await createRealShop(services, begin, shopperIds);
        const model = createModelShop(begin, { saleId: real.saleId, shopperIds });
        const played = await play(createTwinShop(real, model), history);
        const broken = judgeHistory(played.history, played.rules).filter(({ ok }) => !ok);
        expect(broken).toEqual([]);
      }),
      assertOptions(runs, runs.replays),
    );
  }, 1_800_000);
});
