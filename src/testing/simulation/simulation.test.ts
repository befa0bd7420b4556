import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeHistory } from '../../features/purchase/history/judge-history.ts';
import { commands, settings } from './commands.ts';
import { createModelShop } from './model-shop.ts';
import { play } from './play.ts';
import { assertOptions, readRuns } from './runs.ts';

const runs = readRuns(process.env);

describe('the simulated shop', () => {
  it(`keeps every promise in ${runs.histories} histories of crowds, deaths and lost stores`, async () => {
    await fc.assert(
      fc.asyncProperty(settings, commands, async (begin, history) => {
        const played = await play(createModelShop(begin), history);
        const broken = judgeHistory(played.history, played.rules).filter(({ ok }) => !ok);
        expect(broken).toEqual([]);
      }),
      assertOptions(runs, runs.histories),
    );
  }, 900_000);
});
