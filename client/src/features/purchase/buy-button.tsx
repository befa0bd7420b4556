import type { SaleState } from '../../../../src/contracts/http.ts';
import { formatCount } from '../../lib/format.ts';
import { words } from '../../words/words.ts';
import { STANDING_LOOKS } from './standing-looks.ts';
import type { Standing } from './standing.ts';

export interface BuyButtonProps {
  saleState: SaleState;
  standing: Standing;
  isSignedIn: boolean;
  onBuy: () => void;
}

/**
 * Armed exactly while the sale is open and no wish is under way; else it says why not. Never `disabled`: that would take
 * the focus away from who just pressed it.
 */
export function BuyButton({ saleState, standing, isSignedIn, onBuy }: BuyButtonProps) {
  const isArmed = saleState === 'open' && !isBarred(standing);
  return (
    <button
      type="button"
      className="button-buy"
      data-testid="buy"
      aria-disabled={!isArmed}
      onClick={() => {
        if (isArmed) onBuy();
      }}
    >
      {label(saleState, standing, isSignedIn)}
    </button>
  );
}

function isBarred({ kind }: Standing): boolean {
  if (STANDING_LOOKS[kind].tone === 'busy') return true;
  return ['already_bought', 'rate_limited', 'blocked', 'not_shopper', 'paused'].includes(kind);
}

function label(saleState: SaleState, standing: Standing, isSignedIn: boolean): string {
  const { buy } = words;
  switch (standing.kind) {
    case 'sending':
      return buy.sending;
    case 'checking':
    case 'crowded':
      return buy.checking;
    case 'in_line':
      return buy.inLine;
    case 'already_bought':
      return buy.bought;
    case 'not_shopper':
    case 'blocked':
      return buy.shoppersOnly;
    case 'rate_limited':
      return buy.wait(formatCount(standing.backInSec ?? 0));
    default:
      break;
  }
  if (saleState !== 'open') return buy[saleState];
  if (standing.kind === 'confirmed') return buy.again;
  return isSignedIn ? buy.buy : buy.asGuest;
}
