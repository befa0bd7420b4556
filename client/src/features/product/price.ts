/**
 * Reads a price as people type it, to the currency's last digit: `49`, `49.5` and `49,50` for EUR.
 *
 * @param currency  ISO 4217; one that nobody knows has two digits
 * @returns minor units, or nothing for what is no price
 */
export function parsePrice(text: string, currency: string): number | undefined {
  const digits = minorDigits(currency);
  const [, whole, part = ''] = /^\s*(\d{1,10})(?:[.,](\d*))?\s*$/.exec(text) ?? [];
  if (whole === undefined || part.length > digits) return undefined;
  return Number(whole + part.padEnd(digits, '0'));
}

/** A price as it is typed: `49.00`. */
export function typePrice(priceMinor: number, currency: string): string {
  const digits = minorDigits(currency);
  const text = String(priceMinor).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

function minorDigits(currency: string): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2; // being typed
  }
}
