import { describe, expect, it } from '@jest/globals';
import { aResult } from './testing/a-result.ts';
import { compareResults } from './compare-results.ts';
import { htmlReport } from './html-report.ts';

const aVerdict = { id: 'I1', ok: true, detail: '1 < 2 & "so on"', checkedAt: '2026-01-01T00:00:00.000Z' };

describe('the report', () => {
  it('shows figures, promises and plots, and takes nothing from a network', () => {
    const html = htmlReport(
      aResult({
        invariants: [aVerdict],
        timeline: {
          stepMs: 100,
          steps: [0, 100].map((t) => ({ t, answers: 5, accepted: 2, refused: 3, slowestMs: 7 })),
        },
        samples: [0, 200].map((t) => ({ t, sold: t, inflight: 1 })),
      }),
      compareResults(aResult({ answersPerSec: 500 }), aResult()),
    );
    expect(html).toContain('Every promise holds.');
    expect(html).toContain('1 &lt; 2 &amp; &quot;so on&quot;');
    expect(html.match(/<svg/g)).toHaveLength(3);
    expect(html).toContain('<td>2.00</td>');
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(/);
    expect(html).not.toContain('NaN');
  });

  it('says what is broken and what is missed', () => {
    const html = htmlReport(
      aResult({
        ok: false,
        invariants: [{ ...aVerdict, ok: false }],
        thresholds: [{ option: '--max-quiet-p99', limit: 5, measured: null, ok: false }],
      }),
      null,
    );
    expect(html).toContain('A promise is broken. A threshold is missed.');
    expect(html).toContain('<td>BROKEN</td><td>I1</td>');
    expect(html).toContain('<td>MISSED</td><td>--max-quiet-p99 5</td><td>not measured</td>');
  });
});
