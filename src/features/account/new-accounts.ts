import type { Refusal } from '../../errors/refusal.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import { newAccountsKey } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';
import { addressBlock } from '../../middleware/address-block.ts';
import { createAddressMatcher } from '../../middleware/client-address.ts';

const takeScript = loadScript(new URL('./take-new-account.lua', import.meta.url));

/** A school behind one address still gets in; a farm of accounts waits. */
const FREE_ACCOUNTS = 60;
const STEP_MS = 2_000;
const LONGEST_WAIT_MS = 300_000;
const FORGOTTEN_AFTER_MS = 3_600_000;

export interface NewAccountsDeps {
  redis: Redis;
  logger: Logger;
  /** Addresses and subnets that never wait. */
  exempt: readonly string[];
}

export interface NewAccounts {
  /** Takes the making of an account from an address; refuses `rate_limited` when its block has to wait. */
  take(address: string): Promise<Refusal | null>;
}

/**
 * Makes accounts dearer the more of them one block of addresses makes, registered and guests alike, exact over all
 * processes: 60 are free, then each makes the next wait 2 s longer, up to five minutes; an hour without one forgets all.
 * Without Redis nobody waits, as with the other limits.
 */
export function createNewAccounts({ redis, logger, exempt }: NewAccountsDeps): NewAccounts {
  const isExempt = createAddressMatcher(exempt);
  const limits = [FREE_ACCOUNTS, STEP_MS, LONGEST_WAIT_MS, FORGOTTEN_AFTER_MS];
  return {
    take: async (address) => {
      if (isExempt(address)) return null;
      try {
        const key = newAccountsKey(addressBlock(address));
        const waitMs = Number(await takeScript.run(redis, [key], limits));
        return waitMs > 0 ? refuse(waitMs / 1000) : null;
      } catch (error) {
        logger.warn('new accounts are not counted', { error });
        return null;
      }
    },
  };
}

function refuse(retryAfterSec: number): Refusal {
  const headers = {
    RateLimit: `"accounts"; r=0; t=${Math.ceil(retryAfterSec)}`,
    'RateLimit-Policy': `"accounts"; q=${FREE_ACCOUNTS}; w=${FORGOTTEN_AFTER_MS / 1000}`,
  };
  return {
    code: 'rate_limited',
    detail: 'Many accounts were made from your network. Wait as long as `Retry-After` says, then try again.',
    ...{ retryAfterSec, headers },
  };
}
