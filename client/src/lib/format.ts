import { words } from '../words/words.ts';
import { LOCALE } from './locale.ts';

/** Grouped only from 10,000 up. */
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0, useGrouping: 'min2' });

export function formatCount(value: number): string {
  return whole.format(value);
}

/** Milliseconds for people: `0.4 ms`, `12 ms`, `1.3 s`. */
export function formatMs(value: number): string {
  if (value >= 1_000) return `${(value / 1_000).toFixed(1)} s`;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

/** @param priceMinor in the currency's smallest unit: cents for EUR, whole yen for JPY */
export function formatPrice(priceMinor: number, currency: string): string {
  const format = new Intl.NumberFormat(LOCALE, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(priceMinor / 10 ** digits);
}

/** `2d 03:04:05`, `03:04:05`, or `04:05` in the last hour; a started second counts as whole, so `00:00` is the moment. */
export function formatCountdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1_000));
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3_600);
  const clock = [Math.floor((seconds % 3_600) / 60), seconds % 60];
  if (days > 0 || hours > 0) clock.unshift(hours);
  const text = clock.map((part) => String(part).padStart(2, '0')).join(':');
  return days > 0 ? `${days}d ${text}` : text;
}

/** The same in words for screen readers, to the minute: `2 hours 5 minutes`; seconds only in the last minute. */
export function speakDuration(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1_000));
  if (seconds < 60) return speakUnit(seconds, 'second');
  const minutes = Math.floor(seconds / 60);
  const parts = [
    [Math.floor(minutes / 1_440), 'day'],
    [Math.floor((minutes % 1_440) / 60), 'hour'],
    [minutes % 60, 'minute'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => speakUnit(count, unit))
    .join(' ');
}

/** In the language of the words around it. */
function speakUnit(count: number, unit: string): string {
  return new Intl.NumberFormat(words.language, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}

/** Date and time where the shopper is. */
export function formatMoment(iso: string): string {
  return new Date(iso).toLocaleString(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });
}

/** A quantity in words: `1 unit`, `3 units`. */
export function formatUnits(quantity: number): string {
  return words.units(quantity, formatCount(quantity));
}
