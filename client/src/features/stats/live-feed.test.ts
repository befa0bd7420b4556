import { describe, expect, it } from '@jest/globals';
import type { LiveBody } from '../../../../src/contracts/live-http.ts';
import { createLiveFeed, HISTORY_SEC, withNews } from './live-feed.ts';

const empty = createLiveFeed({ http: () => Promise.resolve({ kind: 'unreachable' }) }, 's').current();
const aBody = (change: Partial<LiveBody> = {}): LiveBody => ({
  ...{ saleId: 's', name: 'Drop', state: 'active', startsAt: '', endsAt: '', serverTime: '' },
  ...{ perShopperLimit: 1, version: 1, saleSamples: [], instanceSamples: [], events: [] },
  ...change,
});
const instanceAt = (at: number) => ({ at, jobs: 0, oldestMs: 0, cpu: 0, memoryBytes: 0, loopLateMs: 0 });

describe('what the live screen knows', () => {
  it('grows by what is new, and lets go of what is older than an hour', () => {
    const first = withNews(empty, aBody({ instanceSamples: [instanceAt(10), instanceAt(11)] }));
    expect(first.newestSec).toBe(11);
    const later = withNews(first, aBody({ instanceSamples: [instanceAt(11 + HISTORY_SEC)] }));
    expect([...later.instance.keys()]).toEqual([11, 11 + HISTORY_SEC]);
  });

  it('shows an event once, however often it is told, the newest first', () => {
    const [pause, resume] = [
      { id: 'audit:1', at: 10, kind: 'operator' as const, action: 'sale.pause' },
      { id: 'audit:2', at: 12, kind: 'operator' as const, action: 'sale.resume' },
    ];
    const first = withNews(empty, aBody({ events: [pause] }));
    const second = withNews(first, aBody({ events: [pause, resume] }));
    expect(second.events.map(({ id }) => id)).toEqual(['audit:2', 'audit:1']);
    expect(withNews(second, aBody({ events: [pause] })).events).toBe(second.events);
  });

  it('keeps its seconds when an answer has none', () => {
    const first = withNews(empty, aBody({ instanceSamples: [instanceAt(10)] }));
    expect(withNews(first, aBody()).instance).toBe(first.instance);
  });
});
