import { LOCALE } from '../../lib/locale.ts';

/** Date and time to the second, where the reader is. */
export function formatInstant(iso: string): string {
  return new Date(iso).toLocaleString(LOCALE, { dateStyle: 'medium', timeStyle: 'medium' });
}
