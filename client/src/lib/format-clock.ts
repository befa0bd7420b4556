import { LOCALE } from './locale.ts';

const style = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const toTheSecond = new Intl.DateTimeFormat(LOCALE, { ...style, second: '2-digit' });
const toTheMinute = new Intl.DateTimeFormat(LOCALE, style);

/** The time of day where the reader is, `13:05:09`. @param sec  epoch seconds */
export function formatClock(sec: number): string {
  return toTheSecond.format(sec * 1_000);
}

/** The same to the minute, `13:05`. */
export function formatMinute(sec: number): string {
  return toTheMinute.format(sec * 1_000);
}
