import { hash } from 'node:crypto';

export type HashName = 'sha256' | 'sha384' | 'sha512';

/** What each hash reads at once, bytes (FIPS 180-4). */
const BLOCK_BYTES: Record<HashName, number> = { sha256: 64, sha384: 128, sha512: 128 };
/** Longer texts get a longer buffer. */
const USUAL_TEXT_BYTES = 4_096;

/**
 * Makes an HMAC (RFC 2104) of texts with one key, as base64url without padding.
 *
 * Two one-shot hashes over buffers that have the padded key already: `createHmac` makes an object, a key handle's context and
 * a buffer for each, 3.0 µs a token of ours instead of 1.4 µs, and the collector has more to do. Its test compares with it.
 */
export function createHmacOf(name: HashName, secret: string): (text: string) => string {
  const blockBytes = BLOCK_BYTES[name];
  const keyBytes = Buffer.from(secret);
  const key = keyBytes.length > blockBytes ? hash(name, keyBytes, 'buffer') : keyBytes;
  const padded = (pad: number, room: number): Buffer => {
    const buffer = Buffer.alloc(blockBytes + room);
    for (let at = 0; at < blockBytes; at += 1) buffer[at] = (key[at] ?? 0) ^ pad;
    return buffer;
  };
  let inner = padded(0x36, USUAL_TEXT_BYTES);
  const outer = padded(0x5c, hash(name, '', 'buffer').length);

  return (text) => {
    const most = 3 * text.length; // of UTF-8, for each unit of UTF-16
    if (most > inner.length - blockBytes) inner = padded(0x36, most);
    const end = blockBytes + inner.write(text, blockBytes);
    outer.write(hash(name, inner.subarray(0, end), 'binary'), blockBytes, 'latin1');
    return hash(name, outer, 'base64url');
  };
}
