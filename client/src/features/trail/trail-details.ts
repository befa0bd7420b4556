import { formatPrice } from '../../lib/format.ts';
import { officeWords } from '../../words/office-words.ts';

/** What is known of an event, name by name, as people read it; what is not known is left out. */
export function trailDetails({
  unitPriceMinor,
  currency,
  ...rest
}: Readonly<Record<string, unknown>>): [name: string, value: string][] {
  const known = Object.entries(rest).flatMap(([name, value]): [string, string][] =>
    value === null || value === undefined ? [] : [[name, show(value)]],
  );
  if (typeof unitPriceMinor === 'number' && typeof currency === 'string')
    known.push(['unitPrice', formatPrice(unitPriceMinor, currency)]);
  return known;
}

function show(value: unknown): string {
  const { yes, no } = officeWords.trail;
  if (typeof value === 'boolean') return value ? yes : no;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
