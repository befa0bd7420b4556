import { LOCALE } from './locale.ts';

const clock = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** The time of day where the reader is. @param sec  epoch seconds */
export function formatClock(sec: number): string {
  return clock.format(sec * 1_000);
}
