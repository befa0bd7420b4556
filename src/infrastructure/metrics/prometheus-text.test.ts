import { describe, expect, it } from '@jest/globals';
import { histogramSamples, writeFamilies } from './prometheus-text.ts';

describe("Prometheus' text", () => {
  it('has help, type and a line a sample; empty labels are left out', () => {
    const samples = [
      { labels: { method: 'GET', route: '/a' }, value: 2 },
      { labels: { method: 'GET', route: '' }, value: 0.5 },
      { labels: {}, value: 1 },
    ];
    expect(writeFamilies([{ name: 'asked_total', help: 'How often.', type: 'counter', samples }])).toBe(
      [
        '# HELP asked_total How often.',
        '# TYPE asked_total counter',
        'asked_total{method="GET",route="/a"} 2',
        'asked_total{method="GET"} 0.5',
        'asked_total 1',
        '',
      ].join('\n'),
    );
  });

  it('escapes what would end a label', () => {
    const samples = [{ labels: { path: 'a"b\\c\nd' }, value: 1 }];
    expect(writeFamilies([{ name: 'x', help: 'X.', type: 'gauge', samples }])).toContain(
      'x{path="a\\"b\\\\c\\nd"} 1\n',
    );
  });

  it('counts in each bucket of a histogram all that is not above it', () => {
    const samples = histogramSamples({ role: 'api' }, [0.1, 1], [3, 0, 2], 20.5);
    expect(writeFamilies([{ name: 'took_seconds', help: 'Took.', type: 'histogram', samples }])).toBe(
      [
        '# HELP took_seconds Took.',
        '# TYPE took_seconds histogram',
        'took_seconds_bucket{role="api",le="0.1"} 3',
        'took_seconds_bucket{role="api",le="1"} 3',
        'took_seconds_bucket{role="api",le="+Inf"} 5',
        'took_seconds_sum{role="api"} 20.5',
        'took_seconds_count{role="api"} 5',
        '',
      ].join('\n'),
    );
  });

  it('has as many buckets when nothing fell into the upper ones', () => {
    const values = histogramSamples({}, [1, 2, 3], [4], 2).map(({ value }) => value);
    expect(values).toEqual([4, 4, 4, 4, 2, 4]);
  });
});
