import type { SaleState } from '../../../../src/contracts/http.ts';
import { isBusy, type PurchaseState } from './purchase-state.ts';

export interface BuyButtonProps {
  saleState: SaleState;
  purchase: PurchaseState;
  isSignedIn: boolean;
  perShopperLimit: number;
  onBuy: () => void;
}

/** Enabled exactly while the sale is open and no wish is under way; else it says why not. */
export function BuyButton(props: BuyButtonProps) {
  const { saleState, purchase, onBuy } = props;
  return (
    <button
      type="button"
      className="button-buy"
      data-testid="buy"
      disabled={saleState !== 'open' || isBusy(purchase)}
      onClick={onBuy}
    >
      {label(props)}
    </button>
  );
}

function label({ saleState, purchase, isSignedIn, perShopperLimit }: BuyButtonProps): string {
  if (purchase.phase === 'queued') return 'In line…';
  if (isBusy(purchase)) return 'Asking…';
  switch (saleState) {
    case 'scheduled':
      return 'Not open yet';
    case 'paused':
      return 'Paused';
    case 'sold_out':
      return 'Sold out';
    case 'ended':
      return 'Ended';
    case 'open':
      if (perShopperLimit > 1 && purchase.phase === 'decided' && purchase.attempt.status === 'confirmed')
        return 'Buy again';
      return isSignedIn ? 'Buy' : 'Buy as guest';
  }
}
