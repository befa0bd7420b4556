import type { SaleStatusBody } from '../../../../src/contracts/http.ts';

/** A reminder this long before the opening, minutes. */
const ALARM_MIN = 5;
/** RFC 5545, 3.1: longer lines are folded. Octets, without the line's end. */
const LONGEST_LINE = 75;

/** `20260102T030405Z`, the form of RFC 5545. */
const stamp = (iso: string) => new Date(iso).toISOString().replace(/[-:]|\.\d+/g, '');

const escapeText = (text: string) => text.replace(/[\\;,]/g, (sign) => `\\${sign}`).replace(/\r?\n/g, '\\n');

/**
 * The opening of a sale as a calendar file (RFC 5545), with an alarm five minutes before.
 *
 * @param address  of the sale's page, absolute
 */
export function calendarFile(
  sale: Pick<SaleStatusBody, 'saleId' | 'name' | 'startsAt' | 'endsAt' | 'serverTime'>,
  address: string,
): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Stampede//Drop//EN',
    'BEGIN:VEVENT',
    `UID:${sale.saleId}@stampede`,
    `DTSTAMP:${stamp(sale.serverTime)}`,
    `DTSTART:${stamp(sale.startsAt)}`,
    `DTEND:${stamp(sale.endsAt)}`,
    `SUMMARY:${escapeText(sale.name)}`,
    `URL:${address}`,
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    `DESCRIPTION:${escapeText(sale.name)}`,
    `TRIGGER:-PT${ALARM_MIN}M`,
    'END:VALARM',
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}

/** Breaks a line between characters, never inside one; what goes on begins with a space. */
function fold(line: string): string {
  const encoder = new TextEncoder();
  let folded = '';
  let length = 0;
  for (const character of line) {
    const octets = encoder.encode(character).length;
    if (length + octets > LONGEST_LINE) {
      folded += '\r\n ';
      length = 1;
    }
    folded += character;
    length += octets;
  }
  return folded;
}
