import { describe, expect, it } from '@jest/globals';
import { NEW_PRODUCT, productBody, productStart } from './product-fields.ts';

const fields = { name: 'Lamp', description: '', price: '49', currency: 'EUR', reason: '' };

describe('the fields of a product', () => {
  it('are all sent for a new one, without an empty reason', () => {
    expect(productBody(fields, fields)).toEqual({
      ...{ name: 'Lamp', description: '', priceMinor: 4_900, currency: 'EUR' },
    });
    expect(Object.keys(NEW_PRODUCT.fields)).toEqual(Object.keys(fields));
  });

  it('are sent as far as they changed for an edit', () => {
    const typed = { ...fields, name: 'Aurora lamp', reason: 'a better name' };
    expect(productBody(typed, { name: 'Aurora lamp', reason: 'a better name' })).toEqual({
      ...{ name: 'Aurora lamp', reason: 'a better name' },
    });
  });

  it('send the price with another currency, for it is another price', () => {
    expect(productBody({ ...fields, currency: 'JPY' }, { currency: 'JPY' })).toEqual({
      ...{ priceMinor: 49, currency: 'JPY' },
    });
  });

  it('are nothing to send while the price is none', () => {
    expect(productBody({ ...fields, price: 'much' }, fields)).toBeUndefined();
  });

  it('begin from a product as it is typed', () => {
    const product = {
      ...{ id: '1', name: 'Lamp', description: 'Bright', imageUrl: '', priceMinor: 4_900, currency: 'EUR' },
      ...{ version: 3, createdAt: '', updatedAt: '' },
    };
    expect(productStart(product)).toEqual({
      version: 3,
      fields: { name: 'Lamp', description: 'Bright', price: '49.00', currency: 'EUR', reason: '' },
    });
  });
});
