import type { Refusal } from '../../errors/refusal.ts';
import { addressBlock } from '../../middleware/address-block.ts';
import { createAddressMatcher } from '../../middleware/client-address.ts';
import type { SaleDetails } from '../sale/sale.model.ts';

export interface BlockPaceDeps {
  /** Addresses and subnets that are never slowed. */
  exempt: readonly string[];
  /** Accounts of one block that may try to buy in one sale as they come. */
  freeAccounts: number;
  /** What each account beyond them waits longer than the one before it. */
  stepMs: number;
  clock: { now(): number };
  /** Accounts remembered at most, over all blocks and sales. */
  maxAccounts?: number;
}

export interface BlockPace {
  /** Refuses `rate_limited` to an account whose turn is not yet; its turn stays the same however often it asks. */
  refuse(
    address: string,
    sale: Pick<SaleDetails, 'saleId' | 'startsAtMs'>,
    shopperId: string,
  ): Refusal | null;
  /** Accounts remembered now. */
  readonly size: number;
}

/** Accounts that were quiet for so long count as new ones again, at most twice as long. */
const WINDOW_MS = 600_000;
/** Nobody waits longer: whoever shares a block with a farm of accounts is late, never shut out. */
const LONGEST_WAIT_MS = 60_000;

/** Of one block and sale: shopper id → when their turn is (0 at once), and the last turn given. */
interface Turns {
  turnOf: Map<string, number>;
  lastMs: number;
}

/**
 * Makes a cost that grows with the accounts of one block of addresses that try to buy in one sale: `freeAccounts` of them go
 * as they come, each further one gets a turn `stepMs` after the last. A turn is an account's own, so newcomers slow
 * nobody who was there before them. Before a sale starts nobody is noted: who tries early gains no turn.
 *
 * In memory and by process, without I/O. Two generations, as in `address-limit.ts`; a flood ends one early.
 */
export function createBlockPace({
  exempt,
  freeAccounts,
  stepMs,
  clock,
  maxAccounts = 200_000,
}: BlockPaceDeps): BlockPace {
  const isExempt = createAddressMatcher(exempt);
  const policy = `"block"; q=${freeAccounts}; w=${WINDOW_MS / 1000}`;
  let young = new Map<string, Turns>();
  let old = new Map<string, Turns>();
  let youngSize = 0;
  let oldSize = 0;
  let youngSince = clock.now();

  function turnsOf(key: string, now: number): Turns {
    if (now - youngSince >= WINDOW_MS || youngSize >= maxAccounts / 2) {
      [old, oldSize] = [young, youngSize];
      [young, youngSize, youngSince] = [new Map<string, Turns>(), 0, now];
    }
    let turns = young.get(key);
    if (!turns) young.set(key, (turns = { turnOf: new Map(), lastMs: old.get(key)?.lastMs ?? 0 }));
    return turns;
  }

  /** Moves an account that is known from the older generation to the younger one, or gives a new one its turn. */
  function note(
    turns: Turns,
    before: Map<string, number> | undefined,
    shopperId: string,
    now: number,
  ): number {
    let turnMs = before?.get(shopperId);
    if (turnMs !== undefined) {
      before?.delete(shopperId);
      oldSize -= 1;
    } else if (turns.turnOf.size + (before?.size ?? 0) < freeAccounts) {
      turnMs = 0;
    } else {
      turnMs = Math.min(Math.max(now, turns.lastMs) + stepMs, now + LONGEST_WAIT_MS);
      turns.lastMs = turnMs;
    }
    turns.turnOf.set(shopperId, turnMs);
    youngSize += 1;
    return turnMs;
  }

  return {
    get size() {
      return youngSize + oldSize;
    },
    refuse: (address, { saleId, startsAtMs }, shopperId) => {
      if (isExempt(address)) return null;
      const now = clock.now();
      if (now < startsAtMs) return null;
      const key = `${saleId} ${addressBlock(address)}`;
      const turns = turnsOf(key, now);
      const turnMs = turns.turnOf.get(shopperId) ?? note(turns, old.get(key)?.turnOf, shopperId, now);
      if (turnMs <= now) return null;
      const retryAfterSec = (turnMs - now) / 1000;
      const limit = `"block"; r=0; t=${Math.ceil(retryAfterSec)}`;
      return {
        code: 'rate_limited',
        detail: 'Many accounts of your network try to buy. You have a turn of your own: try again then.',
        retryAfterSec,
        headers: { RateLimit: limit, 'RateLimit-Policy': policy },
      };
    },
  };
}
