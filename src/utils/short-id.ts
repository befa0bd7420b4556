const BYTES = 16;
const scratch = Buffer.allocUnsafe(BYTES);

const DASH = 45;
/** The value of a hexadecimal digit, by its character's code. */
const DIGITS = new Uint8Array(128);
for (let value = 0; value < 16; value += 1) {
  const digit = value.toString(16);
  DIGITS[digit.charCodeAt(0)] = DIGITS[digit.toUpperCase().charCodeAt(0)] = value;
}

/**
 * A UUID as Redis keeps it: its 16 bytes as 22 characters of base64url (RFC 4648, section 5).
 *
 * A million shoppers are in Redis six times each: 36 characters where 22 do, would be a third of its memory. Twice an
 * attempt: the digits are read one by one, which takes half the time of joining the five groups for `Buffer` to read.
 *
 * @param uuid  36 characters
 */
export function shortId(uuid: string): string {
  for (let byte = 0, at = 0; byte < BYTES; byte += 1, at += 2) {
    if (uuid.charCodeAt(at) === DASH) at += 1;
    scratch[byte] = ((DIGITS[uuid.charCodeAt(at)] ?? 0) << 4) | (DIGITS[uuid.charCodeAt(at + 1)] ?? 0);
  }
  return scratch.toString('base64url');
}

/** The UUID of a short id, in lower case. */
export function uuidOf(short: string): string {
  scratch.write(short, 'base64url');
  const hex = scratch.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
