import { describe, expect, it } from '@jest/globals';
import { aResult } from './testing/a-result.ts';
import { compareResults, parseResult } from './compare-results.ts';
import { percentiles } from './percentiles.ts';

describe('two results side by side', () => {
  it('show how many times the earlier one the later one is', () => {
    const before = aResult({ answersPerSec: 800, latencyMs: { accept: percentiles([10]) } });
    const { ratios, differences } = compareResults(before, aResult());
    expect(ratios).toContainEqual({ name: 'answers per second', before: 800, now: 1000, ratio: 1.25 });
    expect(ratios).toContainEqual({ name: 'accept p99, ms', before: 10, now: 8, ratio: 0.8 });
    expect(differences).toEqual([]);
  });

  it('divide by nothing when nothing was there', () => {
    const { ratios } = compareResults(aResult({ settledPerSec: 0 }), aResult());
    expect(ratios.find(({ name }) => name === 'settled per second')?.ratio).toBeNull();
  });

  it('tell in what they are not alike', () => {
    const { settings, machine } = aResult();
    const before = aResult({
      scenario: 'soak',
      settings: { ...settings, shoppers: 5 },
      machine: { ...machine, cores: 8 },
    });
    expect(compareResults(before, aResult()).differences).toEqual([
      'scenario soak',
      'shoppers 5, now 20',
      '8 × one',
    ]);
  });
});

describe('an earlier result', () => {
  it('is the last line of what was printed', () => {
    const text = `> stampede@0.1.0 stress\n\n${JSON.stringify(aResult())}\n`;
    expect(parseResult(text)).toEqual(aResult());
  });

  it.each(['', 'no JSON', '[]', '{"scenario":"drop"}'])('is not %j', (text) => {
    expect(parseResult(text)).toBeNull();
  });
});
