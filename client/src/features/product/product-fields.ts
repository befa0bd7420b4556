import type { OperatorProductBody } from '../../../../src/contracts/operator-http.ts';
import type { Fields } from '../form/drafts.ts';
import type { FormStart } from '../form/use-form.ts';
import { parsePrice, typePrice } from './price.ts';

/** Of a product that there is not yet. */
export const NEW_PRODUCT: FormStart = {
  version: 0,
  fields: { name: '', description: '', price: '', currency: 'EUR', reason: '' },
};

export function productStart(product: OperatorProductBody): FormStart {
  const { name, description, priceMinor, currency, version } = product;
  return {
    version,
    fields: { name, description, price: typePrice(priceMinor, currency), currency, reason: '' },
  };
}

/**
 * What the API is sent.
 *
 * @param fields   of the whole form
 * @param changed  those to send: all of them for a new product
 * @returns nothing when the price is none
 */
export function productBody(fields: Fields, changed: Fields): object | undefined {
  const { name, description, price, currency, reason } = changed;
  const priceMinor = parsePrice(fields.price ?? '', fields.currency ?? '');
  if (priceMinor === undefined) return undefined;
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    // In another currency the same digits are another price.
    ...((price !== undefined || currency !== undefined) && { priceMinor }),
    ...(currency !== undefined && { currency }),
    ...(reason && { reason }),
  };
}
