import { hash } from 'node:crypto';

const NAMESPACE_BYTES = 16;

/** What is hashed: the namespace of the last call, which is a sale's and mostly the same, then the name. */
let hashed = Buffer.alloc(1_024);
let hashedNamespace = '00000000-0000-0000-0000-000000000000';

/**
 * A UUID made from a name: the same name in the same namespace is the same UUID (RFC 9562, section 5.5).
 *
 * Once for each attempt and once for each order: the `uuid` package, whose answers its test compares with, needs eight
 * times as long.
 *
 * @param namespace  a UUID
 * @returns 36 characters, in lower case
 */
export function uuidV5(name: string, namespace: string): string {
  if (namespace !== hashedNamespace) {
    hashed.write(namespace.replaceAll('-', ''), 'hex');
    hashedNamespace = namespace;
  }
  const most = NAMESPACE_BYTES + 3 * name.length; // of UTF-8, for each unit of UTF-16
  if (most > hashed.length) hashed = Buffer.concat([hashed, Buffer.alloc(most)]);
  const end = NAMESPACE_BYTES + hashed.write(name, NAMESPACE_BYTES);
  const digest = hash('sha1', hashed.subarray(0, end));
  // The version, 5, and the variant, binary 10, overwrite six bits of it; what is left over of the 160 is cut off.
  const variant = ((parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return (
    `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-` +
    `${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`
  );
}
