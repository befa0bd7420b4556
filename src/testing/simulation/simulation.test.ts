import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeHistory } from '../../features/purchase/history/judge-history.ts';
import { commands, settings, type Command } from './commands.ts';
import { createModelShop } from './model-shop.ts';
import { play } from './play.ts';
import { assertOptions, readRuns } from './runs.ts';

/** After these the gate has to be repaired, or settles what it cannot know. */
const CHANGES_UNITS = new Set<Command['kind']>(['add units', 'cancel', 'lose redis', 'bring copy back']);

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

  it('has not a unit too many or too few at any moment, while Redis keeps its store and no stock is changed', async () => {
    const isPlain = ({ kind }: Command): boolean => !CHANGES_UNITS.has(kind);
    await fc.assert(
      fc.asyncProperty(settings, commands, async (begin, history) => {
        const shop = createModelShop(begin);
        const drifts: number[] = [];
        await play(shop, history.filter(isPlain), async () => {
          drifts.push((await shop.measureDrift())?.drift ?? 0);
        });
        expect(drifts.filter((drift) => drift !== 0)).toEqual([]);
      }),
      assertOptions(runs, runs.histories),
    );
  }, 900_000);
});
