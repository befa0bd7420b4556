import { describe, expect, it } from '@jest/globals';
import { LOAD_TRIES } from '../config/timing.ts';
import { untilLoaded, type Line } from './load-apart.ts';

const lost = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'));

function aLine() {
  const line = { isAway: false, pauses: 0 };
  const deps: Line = {
    isAway: () => line.isAway,
    back: async () => {
      line.isAway = false;
    },
    pause: async () => {
      line.pauses += 1;
    },
  };
  return { line, deps };
}

describe('a part of the page', () => {
  it('that could not be loaded without a line is loaded when the line is back', async () => {
    const { line, deps } = aLine();
    line.isAway = true;
    expect(await untilLoaded(() => (line.isAway ? lost() : Promise.resolve('receipt')), deps)).toBe(
      'receipt',
    );
    expect(line.pauses).toBe(0);
  });

  it('that is not there is asked for a few times, and then said to be missing', async () => {
    const { line, deps } = aLine();
    let asked = 0;
    const load = () => {
      asked += 1;
      return lost();
    };
    await expect(untilLoaded(load, deps)).rejects.toThrow('Failed to fetch');
    expect([asked, line.pauses]).toEqual([LOAD_TRIES, LOAD_TRIES - 1]);
  });
});
