/**
 * Makes a writing of instants as text (RFC 3339, UTC, milliseconds) that keeps its last one.
 *
 * The attempts of a gate call share the instant of their promise, those of a transaction that of their outcome, and `Date`
 * needs more than a microsecond for a text. One for each kind of instant: two that take turns would keep nothing.
 *
 * @returns text of epoch ms; throws RangeError when no `Date` can name it
 */
export function createIsoInstant(): (ms: number) => string {
  let lastMs = NaN;
  let lastText = '';
  return (ms) => {
    if (ms !== lastMs) {
      lastText = new Date(ms).toISOString();
      lastMs = ms;
    }
    return lastText;
  };
}
