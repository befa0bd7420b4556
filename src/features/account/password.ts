import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { RefusalError } from '../../errors/refusal.ts';

export interface Passwords {
  /** @returns `scrypt$N$r$p$salt$key`, salt and key in base64url */
  hash(password: string): Promise<string>;
  /** Takes as long, and says false, when there is nothing to compare with. */
  matches(password: string, hash: string | null): Promise<boolean>;
}

interface Cost {
  N: number;
  r: number;
  p: number;
}

/**
 * 16 MiB and about a quarter of a second of one core: one of the equal settings of the OWASP Password Storage Cheat
 * Sheet (scrypt: N=2^14, r=8, p=5). The smaller memory of them, for a crowd signs in at once.
 */
const COST: Cost = { N: 2 ** 14, r: 8, p: 5 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const STORED = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/;

/**
 * Makes the hashing of passwords (scrypt of node:crypto, in libuv's pool).
 *
 * At most `concurrency` (2) run at a time, which leaves half of the pool's four threads to everything else in the
 * process; at most `maxWaiting` (50) wait.
 *
 * @throws RefusalError `overloaded` beyond that, from both functions
 */
export function createPasswords({
  concurrency = 2,
  maxWaiting = 50,
  cost = COST,
}: { concurrency?: number; maxWaiting?: number; cost?: Cost } = {}): Passwords {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= concurrency) {
      if (waiting.length >= maxWaiting) throw new RefusalError({ code: 'overloaded', retryAfterSec: 3 });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  }

  const decoySalt = randomBytes(SALT_BYTES);

  return {
    hash: (password) =>
      inTurn(async () => {
        const salt = randomBytes(SALT_BYTES);
        const key = await deriveKey(password, salt, cost, KEY_BYTES);
        const { N, r, p } = cost;
        return `scrypt$${N}$${r}$${p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
      }),
    matches: (password, hash) =>
      inTurn(async () => {
        const stored = hash === null ? null : readStored(hash);
        if (!stored) {
          await deriveKey(password, decoySalt, cost, KEY_BYTES);
          return false;
        }
        const key = await deriveKey(password, stored.salt, stored.cost, stored.key.length);
        return timingSafeEqual(key, stored.key);
      }),
  };
}

/** NFKC, so that the same letters typed on another keyboard are the same password. */
function deriveKey(password: string, salt: Buffer, cost: Cost, bytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Node refuses to go over 32 MiB unless told; the need is 128 · N · r, and p blocks.
    const options = { ...cost, maxmem: 128 * cost.r * (cost.N + cost.p + 2) };
    scrypt(password.normalize('NFKC'), salt, bytes, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

function readStored(hash: string): { cost: Cost; salt: Buffer; key: Buffer } | null {
  const [, N, r, p, salt, key] = STORED.exec(hash) ?? [];
  if (salt === undefined || key === undefined) return null;
  return {
    cost: { N: Number(N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  };
}
