import type { OperatorSaleBody } from '../../../../src/contracts/operator-http.ts';

/** Where a sale stands, for who runs it: a draft and a stopped sale are told apart from one that is only over. */
export type OperatorSaleState = 'draft' | 'scheduled' | 'open' | 'sold_out' | 'paused' | 'stopped' | 'ended';

/** @param nowMs  the server's time */
export function operatorSaleState(
  { state, startsAt, endsAt, stock }: Pick<OperatorSaleBody, 'state' | 'startsAt' | 'endsAt' | 'stock'>,
  nowMs: number,
): OperatorSaleState {
  if (state === 'draft' || state === 'stopped') return state;
  if (nowMs >= Date.parse(endsAt)) return 'ended';
  if (state === 'paused') return 'paused';
  if (nowMs < Date.parse(startsAt)) return 'scheduled';
  return stock.sold >= stock.total ? 'sold_out' : 'open';
}
