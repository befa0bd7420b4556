import { describe, expect, it } from '@jest/globals';
import type { OperatorSaleBody } from '../../../../src/contracts/operator-http.ts';
import { parseTime } from '../form/local-time.ts';
import { clonedSaleStart, editedSaleStart, newSaleStart, saleBody } from './operator-sale-fields.ts';

const NOW = Date.parse('2026-11-21T18:20:00Z');
const sale: OperatorSaleBody = {
  ...{ saleId: 's', productId: 'p', name: 'Night run', state: 'draft', perShopperLimit: 2, version: 4 },
  ...{
    startsAt: '2026-11-20T18:00:00.000Z',
    endsAt: '2026-11-20T20:30:00.000Z',
    createdAt: '',
    updatedAt: '',
  },
  stock: { stockId: 'k', total: 50, sold: 3 },
};

describe('the fields of a sale', () => {
  it('begin with the next full hour', () => {
    const { fields } = newSaleStart(NOW);
    expect(parseTime(fields.startsAt)).toBe('2026-11-21T19:00:00.000Z');
    expect(parseTime(fields.endsAt)).toBe('2026-11-21T20:00:00.000Z');
  });

  it('of a clone are its name and units, for as long as it lasted', () => {
    const { fields } = clonedSaleStart(sale, NOW);
    expect(fields).toMatchObject({ name: 'Night run', stock: '50' });
    expect(parseTime(fields.endsAt)).toBe('2026-11-21T21:30:00.000Z');
  });

  it('of an edit are sent as the API takes them, numbers and times', () => {
    const { fields, version } = editedSaleStart(sale);
    expect(version).toBe(4);
    expect(saleBody(fields)).toEqual({
      ...{
        productId: 'p',
        name: 'Night run',
        startsAt: sale.startsAt,
        endsAt: sale.endsAt,
        perShopperLimit: 2,
      },
    });
  });

  it('that are no number, no time or not chosen are left to the API to name', () => {
    expect(
      saleBody({ productId: '', stock: 'many', startsAt: '', perShopperLimit: '1.5', reason: '' }),
    ).toEqual({});
  });
});
