import type { ProductBody, SaleState, SaleStatusBody } from '../../contracts/http.ts';

/** A published sale: what of it changes only when an operator edits it. */
export interface SaleDetails {
  saleId: string;
  stockId: string;
  /** Raised by every change an operator makes. */
  version: number;
  name: string;
  state: 'active' | 'paused' | 'stopped';
  startsAtMs: number;
  endsAtMs: number;
  perShopperLimit: number;
  total: number;
  /** From the shop to those who look at the sale; empty when there is none. */
  message: string;
  product: ProductBody;
}

/** What a gate says of its sale at one instant. */
export interface GateReading {
  epoch: number;
  /** Increasing over epochs, raised by every visible change. */
  seq: number;
  remaining: number;
  total: number;
  state: SaleDetails['state'];
  startsAtMs: number;
  endsAtMs: number;
  perShopperLimit: number;
}

/** The state a shopper sees; a stopped sale is ended. */
export function saleState(
  gate: Pick<GateReading, 'state' | 'startsAtMs' | 'endsAtMs' | 'remaining'>,
  nowMs: number,
): SaleState {
  if (gate.state === 'stopped' || nowMs >= gate.endsAtMs) return 'ended';
  if (gate.state === 'paused') return 'paused';
  if (nowMs < gate.startsAtMs) return 'scheduled';
  return gate.remaining > 0 ? 'open' : 'sold_out';
}

export function presentSaleStatus(sale: SaleDetails, gate: GateReading, nowMs: number): SaleStatusBody {
  return {
    saleId: sale.saleId,
    name: sale.name,
    product: sale.product,
    state: saleState(gate, nowMs),
    startsAt: new Date(gate.startsAtMs).toISOString(),
    endsAt: new Date(gate.endsAtMs).toISOString(),
    serverTime: new Date(nowMs).toISOString(),
    stock: { total: gate.total, remaining: Math.max(0, gate.remaining) },
    perShopperLimit: gate.perShopperLimit,
    ...(sale.message === '' ? {} : { message: sale.message }),
    seq: gate.seq,
  };
}
