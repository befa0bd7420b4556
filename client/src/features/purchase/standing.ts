import type { RejectionReason } from '../../../../src/contracts/error-catalogue.ts';
import type { Role, SaleState } from '../../../../src/contracts/http.ts';
import type { StandingKind } from '../../words/en-standing.ts';
import type { Setback } from './judge-answer.ts';
import type { PurchaseState } from './purchase-state.ts';
import { estimateWait } from './wait-estimate.ts';

/** Where a shopper stands with a sale: exactly one at any moment. */
export interface Standing {
  kind: StandingKind;
  /** Asked for, promised or bought, whichever the kind speaks of. */
  quantity: number;
  /** Units left, when the refusal said so. */
  remaining?: number | undefined;
  position?: number | undefined;
  wait?: { fromSec: number; toSec: number } | undefined;
  orderId?: string | undefined;
  /** Whole seconds until the button comes back. */
  backInSec?: number;
}

export interface StandingInput {
  saleState: SaleState;
  purchase: PurchaseState;
  /** Of who is signed in. */
  role: Role | undefined;
  /** Units of this sale in the shopper's confirmed orders. */
  boughtUnits: number;
  perShopperLimit: number;
  isReachable: boolean;
  nowMs: number;
}

/** What the shopper is told: what came of their own wish first, then what hinders them, then the sale itself. */
export function standingOf(input: StandingInput): Standing {
  return standingOfWish(input) ?? standingOfShopper(input) ?? { kind: input.saleState, quantity: 1 };
}

function standingOfShopper(input: StandingInput): Standing | undefined {
  const { saleState, role, boughtUnits, perShopperLimit, isReachable } = input;
  if (!isReachable) return { kind: 'offline', quantity: 1 };
  if (role !== undefined && role !== 'shopper') return { kind: 'not_shopper', quantity: 1 };
  if (boughtUnits >= perShopperLimit) return { kind: 'already_bought', quantity: boughtUnits };
  if (role === undefined && saleState === 'open') return { kind: 'signed_out', quantity: 1 };
  return undefined;
}

function standingOfWish({ purchase, role, nowMs }: StandingInput): Standing | undefined {
  switch (purchase.phase) {
    case 'idle':
      return undefined;
    case 'signing_in':
      return { kind: 'sending', quantity: 1 };
    case 'sign_in_needed':
      return role === undefined ? { kind: 'sign_in_needed', quantity: 1 } : undefined;
    case 'asking':
      return { kind: setbackKind(purchase.setback), quantity: purchase.quantity };
    case 'queued': {
      const { quantity, position } = purchase.attempt;
      return { kind: 'in_line', quantity, position, wait: estimateWait(purchase.seen) };
    }
    case 'decided': {
      const { status, reason, quantity, orderId } = purchase.attempt;
      return { kind: status === 'confirmed' ? 'confirmed' : rejectionKind(reason), quantity, orderId };
    }
    case 'refused':
      return standingOfRefusal(purchase, nowMs);
  }
}

const CROWDED: ReadonlySet<Setback> = new Set(['gate_closed', 'overloaded', 'rate_limited']);

function setbackKind(setback: Setback | undefined): StandingKind {
  if (setback === undefined || setback === 'sale_not_started') return 'sending';
  return CROWDED.has(setback) ? 'crowded' : 'checking';
}

function rejectionKind(reason: RejectionReason | undefined): StandingKind {
  return reason === 'sold_out' ? 'lost' : (reason ?? 'set_aside');
}

const REFUSAL_KIND: Partial<Record<Extract<PurchaseState, { phase: 'refused' }>['code'], StandingKind>> = {
  sale_not_started: 'too_early',
  sale_paused: 'paused',
  sale_ended: 'ended',
  sold_out: 'lost',
  not_enough_left: 'not_enough_left',
  limit_reached: 'limit_reached',
  unauthenticated: 'session_ended',
  forbidden: 'blocked',
  unreachable: 'offline',
};

function standingOfRefusal(
  { code, remaining, retryAt }: Extract<PurchaseState, { phase: 'refused' }>,
  nowMs: number,
): Standing | undefined {
  if (code === 'rate_limited') {
    const backInSec = Math.ceil(((retryAt ?? nowMs) - nowMs) / 1_000);
    return backInSec > 0 ? { kind: 'rate_limited', quantity: 1, backInSec } : undefined;
  }
  return { kind: REFUSAL_KIND[code] ?? 'failed', quantity: 1, remaining };
}
