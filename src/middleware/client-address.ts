import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';

export type ClientAddress = (req: IncomingMessage) => string;

const IPV4_IN_IPV6 = '::ffff:';
/** Addresses whose place on a list is remembered: reading one costs more than anything else that is done with it. */
const MOST_REMEMBERED = 1_000;

/**
 * Makes the reading of a request's client address: `X-Forwarded-For` counts only as far as the proxies in it are
 * trusted, as in Express; with none trusted it is the peer of the socket.
 *
 * @param trustProxy     addresses, subnets, or `loopback`, `linklocal`, `uniquelocal`
 * @param onUnbelieved   told once, of the peer that was the first to hand on an address where no proxy is trusted
 * @throws TypeError for what is none of them
 */
export function createClientAddress({
  trustProxy,
  onUnbelieved,
}: {
  trustProxy: readonly string[];
  onUnbelieved?: (peer: string) => void;
}): ClientAddress {
  const trust = proxyAddr.compile([...trustProxy]);
  if (trustProxy.length === 0) {
    let tell = onUnbelieved;
    return (req) => {
      const peer = plain(req.socket.remoteAddress);
      if (tell && req.headers['x-forwarded-for'] !== undefined) {
        tell(peer);
        tell = undefined;
      }
      return peer;
    };
  }
  return (req) => plain(proxyAddr(req, trust));
}

/**
 * Makes a test of whether an address is on a list.
 *
 * @param list  as `trustProxy` above
 */
export function createAddressMatcher(list: readonly string[]): (address: string) => boolean {
  if (list.length === 0) return () => false;
  const matches = proxyAddr.compile([...list]);
  const remembered = new Map<string, boolean>();
  return (address) => {
    const known = remembered.get(address);
    if (known !== undefined) return known;
    if (remembered.size > MOST_REMEMBERED) remembered.clear();
    const isListed = address !== '' && matches(address, 0);
    remembered.set(address, isListed);
    return isListed;
  };
}

/** Undefined once the socket is closed. An IPv4 peer of a socket that listens on both families is the same client as on one that listens on IPv4 only. */
function plain(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith(IPV4_IN_IPV6) && address.includes('.')
    ? address.slice(IPV4_IN_IPV6.length)
    : address;
}
