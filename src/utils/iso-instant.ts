let lastMs = NaN;
let lastText = '';

/**
 * An instant as text (RFC 3339, UTC, milliseconds).
 *
 * The attempts of a gate call share the instant of their promise, those of a transaction that of their outcome: the last text is
 * kept, for `Date` needs more than a microsecond to make one.
 *
 * @param ms  epoch ms
 * @throws RangeError when no `Date` can name it
 */
export function isoInstant(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}
