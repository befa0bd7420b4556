import { describe, expect, it } from '@jest/globals';
import { spokenThreshold } from './spoken-threshold.ts';

describe('spokenThreshold', () => {
  it('speaks at five minutes, one minute and ten seconds, and is silent in between', () => {
    const spoken: (number | undefined)[] = [];
    for (let seconds = 400; seconds >= 0; seconds -= 1) {
      const threshold = spokenThreshold(seconds * 1_000);
      if (threshold !== spoken.at(-1)) spoken.push(threshold);
    }
    expect(spoken).toEqual([300_000, 60_000, 10_000, undefined]);
  });
});
