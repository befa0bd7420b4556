import type { IncomingMessage } from 'node:http';

/** Sockets of one address in one process: a school behind one address, not a flood. */
const MOST_PER_ADDRESS = 200;
/** Messages of one socket at once, and a second in the long run: a page sends one when it opens and one per sale it looks at. */
const MESSAGE_BURST = 30;
const MESSAGES_PER_SEC = 3;

export interface SocketGuardDeps {
  /** Origins besides our own whose pages may connect. */
  corsOrigins: readonly string[];
  clientAddress: (req: IncomingMessage) => string;
  /** Addresses that are never limited. */
  isExempt: (address: string) => boolean;
  mostPerAddress?: number;
}

export interface SocketGuard {
  /** Before a connection is upgraded: a page of another site has no business here, nor one socket too many. */
  mayConnect(req: IncomingMessage): boolean;
  /** Counts a connection; call what it returns when it ends. */
  connected(req: IncomingMessage): () => void;
}

/** Makes the limits of sockets, which no request limit sees. */
export function createSocketGuard({
  corsOrigins,
  clientAddress,
  isExempt,
  mostPerAddress = MOST_PER_ADDRESS,
}: SocketGuardDeps): SocketGuard {
  const listed = new Set(corsOrigins);
  const counts = new Map<string, number>();
  const isOurs = ({ headers: { origin, host = '' } }: IncomingMessage): boolean =>
    origin === undefined || listed.has(origin) || origin === `http://${host}` || origin === `https://${host}`;

  return {
    mayConnect: (req) => {
      const address = clientAddress(req);
      return isOurs(req) && (isExempt(address) || (counts.get(address) ?? 0) < mostPerAddress);
    },
    connected: (req) => {
      const address = clientAddress(req);
      counts.set(address, (counts.get(address) ?? 0) + 1);
      return () => {
        const left = (counts.get(address) ?? 1) - 1;
        if (left > 0) counts.set(address, left);
        else counts.delete(address);
      };
    },
  };
}

/** Makes a count of one socket's messages: says whether one more may come. */
export function createMessageBudget(nowMs: () => number = () => performance.now()): () => boolean {
  let left = MESSAGE_BURST;
  let at = nowMs();
  return () => {
    const now = nowMs();
    left = Math.min(MESSAGE_BURST, left + ((now - at) / 1000) * MESSAGES_PER_SEC) - 1;
    at = now;
    return left >= 0;
  };
}
