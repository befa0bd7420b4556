/**
 * The block of addresses one is in, which is about what one owner has of them.
 *
 * IPv4: the /24, the smallest that networks accept from each other (RFC 7454, 6.1.3), so its addresses have one
 * operator. IPv6: the /56 that one subscriber gets (RIPE-690, 4.2).
 */
export function addressBlock(address: string): string {
  return address.includes(':') ? ipv6Network(address) : address.slice(0, address.lastIndexOf('.'));
}

/** The /56 of an IPv6 address, by its text: a parser would cost ten times the rest of a limit. */
export function ipv6Network(address: string): string {
  const [head = '', tail = ''] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups.slice(0, 3).join(':')}:${(parseInt(groups[3] ?? '0', 16) >> 8).toString(16)}`;
}
