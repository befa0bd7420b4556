import { describe, expect, it } from '@jest/globals';
import { createMemoryStorage } from '../../testing/memory-storage.ts';
import { createDrafts, type Draft } from './drafts.ts';

const aDraft = (name: string): Draft => ({ fields: { name }, base: { version: 2, fields: { name: '' } } });

describe('drafts', () => {
  it('keep each form’s fields apart, and forget what is cleared', () => {
    const drafts = createDrafts(createMemoryStorage());
    drafts.keep('product.new', aDraft('Lamp'));
    drafts.keep('product.1', aDraft('Chair'));
    expect(drafts.read('product.new')).toEqual(aDraft('Lamp'));
    drafts.clear('product.new');
    expect(drafts.read('product.new')).toBeUndefined();
    expect(drafts.read('product.1')).toEqual(aDraft('Chair'));
  });

  it('are kept for the next page of the same tab', () => {
    const storage = createMemoryStorage();
    createDrafts(storage).keep('sale.new', aDraft('Night run'));
    expect(createDrafts(storage).read('sale.new')).toEqual(aDraft('Night run'));
  });

  it('do without a storage that is full, and without what is no draft', () => {
    for (const kept of ['{"half', '"text"', 'null', '{"fields":{}}']) {
      const drafts = createDrafts({
        getItem: () => kept,
        setItem: () => {
          throw new Error('QuotaExceededError');
        },
        removeItem: () => undefined,
      });
      drafts.keep('sale.new', aDraft('Night run'));
      expect(drafts.read('sale.new')).toBeUndefined();
    }
  });
});
