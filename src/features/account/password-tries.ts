import { createHash } from 'node:crypto';
import type { Refusal } from '../../errors/refusal.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import { passwordTriesKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';

const takeScript = loadScript(new URL('./take-password-try.lua', import.meta.url));

/** Whoever mistypes does so three or four times; then each wrong try doubles the wait. */
const FREE_TRIES = 5;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 300_000;
/** Of one account from all addresses it was never opened from: a botnet's share of guesses. */
const UNKNOWN_ADDRESS_TRIES = 100;
const FORGOTTEN_AFTER_MS = 3_600_000;
/** An address from which an account was opened counts as its owner's for so long. */
const KNOWN_FOR_SEC = 30 * 24 * 3600;

export interface PasswordTries {
  /** Takes a try of an e-mail from an address; refuses `rate_limited`. Says nothing of whether there is an account. */
  take(email: string, address: string): Promise<Refusal | null>;
  /** The try was right: nothing is held against this address any more. */
  forget(email: string, address: string): Promise<void>;
}

/**
 * Makes growing delays after wrong passwords, exact over all processes.
 *
 * By account *and* address, so that a stranger who guesses delays the stranger, never the owner; and by account over
 * all addresses it was never opened from, against many addresses that guess a little each: then the owner still comes
 * in from where they were before. Without Redis every try passes, as with the other limits: nothing can be bought then.
 */
export function createPasswordTries({ redis, logger }: { redis: Redis; logger: Logger }): PasswordTries {
  const keysOf = (email: string, address: string) =>
    passwordTriesKeys(hash(email.trim().toLowerCase()), hash(address));
  const warn = (error: unknown) => logger.warn('tries of passwords are not counted', { error });

  return {
    take: async (email, address) => {
      const { failures, account, known } = keysOf(email, address);
      const limits = [
        FREE_TRIES,
        FIRST_DELAY_MS,
        LONGEST_DELAY_MS,
        UNKNOWN_ADDRESS_TRIES,
        FORGOTTEN_AFTER_MS,
      ];
      try {
        const waitMs = Number(await takeScript.run(redis, [failures, account, known], limits));
        return waitMs > 0 ? refuse(waitMs / 1000) : null;
      } catch (error) {
        warn(error);
        return null;
      }
    },
    forget: async (email, address) => {
      const { failures, known } = keysOf(email, address);
      await redis.multi().del(failures).set(known, '1', 'EX', KNOWN_FOR_SEC).exec().catch(warn);
    },
  };
}

function refuse(retryAfterSec: number): Refusal {
  const headers = {
    RateLimit: `"password"; r=0; t=${Math.ceil(retryAfterSec)}`,
    'RateLimit-Policy': `"password"; q=${FREE_TRIES}; w=${FORGOTTEN_AFTER_MS / 1000}`,
  };
  return { code: 'rate_limited', retryAfterSec, headers };
}

/** Neither an e-mail nor an address stands in Redis as it is. */
function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
