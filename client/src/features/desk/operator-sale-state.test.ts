import { describe, expect, it } from '@jest/globals';
import { operatorSaleState } from './operator-sale-state.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const running = {
  state: 'active',
  startsAt: '2026-03-01T11:00:00Z',
  endsAt: '2026-03-01T13:00:00Z',
  stock: { stockId: '', total: 5, sold: 3 },
} as const;

describe('where a sale stands', () => {
  it.each([
    ['open', {}],
    ['sold_out', { stock: { stockId: '', total: 5, sold: 5 } }],
    ['scheduled', { startsAt: '2026-03-01T12:00:01Z' }],
    ['ended', { endsAt: '2026-03-01T12:00:00Z' }],
    ['ended', { state: 'paused', endsAt: '2026-03-01T12:00:00Z' }],
    ['paused', { state: 'paused' }],
    ['paused', { state: 'paused', startsAt: '2026-03-01T12:30:00Z' }],
    ['stopped', { state: 'stopped', endsAt: '2026-03-01T11:30:00Z' }],
    ['draft', { state: 'draft' }],
  ] as const)('is %s when %j', (expected, change) => {
    expect(operatorSaleState({ ...running, ...change }, NOW)).toBe(expected);
  });
});
