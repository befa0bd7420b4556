import { describe, expect, it } from '@jest/globals';
import { diffOf } from './diff-of.ts';

describe('diffOf', () => {
  it('sets each field of both sides side by side', () => {
    expect(diffOf({ state: 'draft', limit: 1 }, { state: 'active', limit: 1 })).toEqual([
      { path: 'state', before: 'draft', after: 'active' },
      { path: 'limit', before: '1', after: '1' },
    ]);
  });

  it('has one side only of what was made, and of what a change adds', () => {
    expect(diffOf(null, { name: 'Lamp' })).toEqual([{ path: 'name', after: 'Lamp' }]);
    expect(diffOf({ total: 5 }, { total: 6, changeId: 'c' })).toEqual([
      { path: 'total', before: '5', after: '6' },
      { path: 'changeId', after: 'c' },
    ]);
    expect(diffOf(undefined, undefined)).toEqual([]);
  });

  it('goes into fields of fields, takes a list as one value, and tells nothing from no field', () => {
    expect(
      diffOf({ stock: { total: 5 }, tags: ['a'] }, { stock: { total: null }, tags: ['a', 'b'] }),
    ).toEqual([
      { path: 'stock.total', before: '5', after: '—' },
      { path: 'tags', before: '["a"]', after: '["a","b"]' },
    ]);
  });

  it('does with what is no object at all', () => {
    expect(diffOf('old', 7)).toEqual([{ path: '', before: 'old', after: '7' }]);
  });
});
