import { setTimeout as pause } from 'node:timers/promises';
import { hash as hashArgon2, verify as verifyArgon2 } from '@node-rs/argon2';
import { RefusalError } from '../../errors/refusal.ts';
import { isScryptHash, matchesScrypt } from './legacy-scrypt.ts';

export interface Passwords {
  /** @returns argon2id in the PHC string format, `$argon2id$v=19$m=…,t=…,p=…$salt$key` */
  hash(password: string): Promise<string>;
  /** Says false when there is nothing to compare with. Every false comes after the same time, `MISS_MS` in its turn. */
  matches(password: string, hash: string | null): Promise<boolean>;
  /** Whether a hash was made another way than `hash` makes them now, and should be replaced when its password is seen. */
  isOutdated(hash: string): boolean;
}

interface Cost {
  memoryCost: number;
  timeCost: number;
  parallelism: number;
}

/**
 * 19 MiB, two passes, one lane: the first choice of the OWASP Password Storage Cheat Sheet (argon2id). About 20 ms of
 * one core.
 */
const COST: Cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * What hides which hash there was, if any: a wrong password takes 20 ms of argon2id, 200 ms of scrypt (accounts from before
 * it), and both answer after this. By waiting, not by work: a miss as dear as the dearest hash would be a lever for whoever
 * wants to keep the cores busy.
 */
const MISS_MS = 500;

export interface PasswordsOptions {
  concurrency?: number;
  maxWaiting?: number;
  cost?: Cost;
  /** A clock for durations, and how to wait, ms. */
  now?: () => number;
  wait?: (ms: number) => Promise<unknown>;
}

/**
 * Makes the hashing of passwords (argon2id, the library's default, in libuv's pool: never on the event loop).
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
  now = () => performance.now(),
  wait = pause,
}: PasswordsOptions = {}): Passwords {
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

  async function compare(given: string, hash: string | null): Promise<boolean> {
    if (hash !== null && isScryptHash(hash)) return matchesScrypt(given, hash);
    if (hash?.startsWith('$argon2id$')) return verifyArgon2(hash, given);
    await hashArgon2(given, cost);
    return false;
  }

  const prefix = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`;

  return {
    hash: (password) => inTurn(() => hashArgon2(normalize(password), cost)),
    matches: async (password, hash) => {
      const { isMatch, tookMs } = await inTurn(async () => {
        const startedAt = now();
        return { isMatch: await compare(normalize(password), hash), tookMs: now() - startedAt };
      });
      if (!isMatch) await wait(Math.max(0, MISS_MS - tookMs));
      return isMatch;
    },
    isOutdated: (hash) => !hash.startsWith(prefix),
  };
}

/** NFKC, so that the same letters typed on another keyboard are the same password. */
function normalize(password: string): string {
  return password.normalize('NFKC');
}
