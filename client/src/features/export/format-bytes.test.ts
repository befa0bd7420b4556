import { describe, expect, it } from '@jest/globals';
import { formatBytes } from './format-bytes.ts';

describe('formatBytes', () => {
  it('goes up a unit at each thousand', () => {
    const shown = [0, 312, 1_500, 3_400_000, 2e9, 7e12].map((bytes) => formatBytes(bytes));
    expect(shown.map((text) => text.replace(/\s/g, ' '))).toEqual([
      ...['0 byte', '312 byte', '1.5 kB', '3.4 MB', '2 GB', '7,000 GB'],
    ]);
  });
});
