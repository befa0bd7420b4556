import { ipv6Network } from './address-block.ts';
import { createAddressMatcher } from './client-address.ts';

export interface AddressLimitDeps {
  /** Addresses and subnets that are never limited. */
  exempt: readonly string[];
  /** Requests a second and address, in the long run. */
  ratePerSec: number;
  /** Requests at once. */
  burst: number;
  clock?: { now(): number };
  /** Addresses remembered at most. */
  maxAddresses?: number;
}

export type AddressLimitAnswer =
  | { ok: true }
  /** `headers`: `RateLimit` and `RateLimit-Policy`, as on the ordinary routes. */
  | { ok: false; retryAfterSec: number; headers: Record<string, string> };

export interface AddressLimit {
  /** Takes one request of an address, if it may: a token bucket each. */
  take(address: string): AddressLimitAnswer;
  /** Addresses remembered now. */
  readonly size: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

const OK: AddressLimitAnswer = { ok: true };

/**
 * Guards this process's CPU against single addresses; per-shopper limits are the gate's.
 *
 * A bucket nobody touched for as long as it takes to fill is as good as a new one, so the memory is two generations,
 * each as long as that: what is only in the old one when it goes is forgotten without loss. A flood of new addresses
 * ends a generation early and keeps it bounded. An IPv6 client counts by its /56 network, which is what one
 * subscriber gets.
 */
export function createAddressLimit({
  exempt,
  ratePerSec,
  burst,
  clock = Date,
  maxAddresses = 100_000,
}: AddressLimitDeps): AddressLimit {
  const isExempt = createAddressMatcher(exempt);
  const fillMs = (burst / ratePerSec) * 1000;
  const policy = `"address"; q=${burst}; w=${Math.ceil(fillMs / 1000)}`;
  let young = new Map<string, Bucket>();
  let old = new Map<string, Bucket>();
  let youngSince = clock.now();

  function bucketOf(key: string, now: number): Bucket {
    if (now - youngSince >= fillMs || young.size >= maxAddresses / 2) {
      old = young;
      young = new Map();
      youngSince = now;
    }
    let bucket = young.get(key);
    if (!bucket) {
      bucket = old.get(key) ?? { tokens: burst, at: now };
      young.set(key, bucket);
    }
    return bucket;
  }

  return {
    get size() {
      return young.size + old.size;
    },
    take: (address) => {
      if (isExempt(address)) return OK;
      const now = clock.now();
      const bucket = bucketOf(address.includes(':') ? ipv6Network(address) : address, now);
      bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * ratePerSec);
      bucket.at = now;
      if (bucket.tokens < 1) {
        const retryAfterSec = (1 - bucket.tokens) / ratePerSec;
        const limit = `"address"; r=0; t=${Math.ceil(retryAfterSec)}`;
        return { ok: false, retryAfterSec, headers: { RateLimit: limit, 'RateLimit-Policy': policy } };
      }
      bucket.tokens -= 1;
      return OK;
    },
  };
}
