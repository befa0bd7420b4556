import { expect, it } from '@jest/globals';
import { niceCeiling } from './nice-ceiling.ts';

it.each([
  [0, 10],
  [11, 15],
  [20, 20],
  [340, 400],
  [900, 1_000],
  [12_400, 15_000],
])('puts %d under %d', (highest, ceiling) => {
  expect(niceCeiling(highest)).toBe(ceiling);
});
