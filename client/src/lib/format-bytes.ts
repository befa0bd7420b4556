import { LOCALE } from './locale.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const short = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 });

/** Bytes for people, in powers of 1,024: `512 B`, `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${short.format(bytes / 1_024 ** power)} ${UNITS[power] ?? ''}`;
}
