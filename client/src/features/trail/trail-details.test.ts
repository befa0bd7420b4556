import { describe, expect, it } from '@jest/globals';
import { trailDetails } from './trail-details.ts';

describe('the details of an event', () => {
  it('are read by people: a price with its currency, yes and no, numbers as they are', () => {
    const detail = { orderId: 'o', quantity: 2, unitPriceMinor: 4_950, currency: 'EUR', hasJob: false };
    expect(trailDetails(detail)).toEqual([
      ['orderId', 'o'],
      ['quantity', '2'],
      ['hasJob', 'no'],
      ['unitPrice', '€49.50'],
    ]);
  });

  it('leave out what is not known', () => {
    expect(trailDetails({ reason: null, requestId: undefined, isKnownToGate: true })).toEqual([
      ['isKnownToGate', 'yes'],
    ]);
  });
});
