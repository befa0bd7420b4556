import { describe, expect, it } from '@jest/globals';
import { changedFields, rebase } from './rebase.ts';

const BASE = { name: 'Lamp', price: '49.00', currency: 'EUR' };

describe('rebase', () => {
  it('keeps what was typed and takes over what somebody else changed', () => {
    const typed = { ...BASE, name: 'Aurora lamp' };
    const now = { ...BASE, price: '59.00' };
    expect(rebase(BASE, typed, now)).toEqual({
      fields: { name: 'Aurora lamp', price: '59.00', currency: 'EUR' },
      changes: [{ field: 'price', was: '49.00', now: '59.00' }],
    });
  });

  it('names a field that both changed with all three of its values', () => {
    const { fields, changes } = rebase(BASE, { ...BASE, name: 'Mine' }, { ...BASE, name: 'Theirs' });
    expect(fields.name).toBe('Mine');
    expect(changes).toEqual([{ field: 'name', was: 'Lamp', now: 'Theirs', typed: 'Mine' }]);
  });

  it('does not ask about a field that both changed alike', () => {
    const both = { ...BASE, name: 'Same' };
    expect(rebase(BASE, both, both)).toEqual({
      fields: both,
      changes: [{ field: 'name', was: 'Lamp', now: 'Same' }],
    });
  });

  it('changes nothing when nobody else did', () => {
    const typed = { ...BASE, name: 'Mine' };
    expect(rebase(BASE, typed, BASE)).toEqual({ fields: typed, changes: [] });
  });
});

describe('changedFields', () => {
  it('are those that differ from what the edit began from', () => {
    expect(changedFields(BASE, { ...BASE, price: '59.00' })).toEqual({ price: '59.00' });
    expect(changedFields(BASE, BASE)).toEqual({});
  });
});
