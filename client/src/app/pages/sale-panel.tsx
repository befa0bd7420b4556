import type { ReactNode } from 'react';
import type { SaleStatusBody } from '../../../../src/contracts/http.ts';
import { BuyButton } from '../../features/purchase/buy-button.tsx';
import { QuantityField } from '../../features/purchase/quantity-field.tsx';
import { STANDING_LOOKS } from '../../features/purchase/standing-looks.ts';
import { StandingPanel } from '../../features/purchase/standing-panel.tsx';
import type { Standing } from '../../features/purchase/standing.ts';
import { ClockNotice } from '../../features/sale/clock-notice.tsx';
import { Countdown } from '../../features/sale/countdown.tsx';
import { ProductPicture, ProductWords } from '../../features/sale/product-card.tsx';
import type { Growth } from '../../features/sale/sale-feed.ts';
import type { SaleMoment } from '../../features/sale/sale-moment.ts';
import { ShopMessage } from '../../features/sale/shop-message.tsx';
import { StateBadge } from '../../features/sale/state-badge.tsx';
import { StockBar } from '../../features/sale/stock-bar.tsx';
import { words } from '../../words/words.ts';

export interface SalePanelProps {
  status: SaleStatusBody;
  moment: SaleMoment;
  growth: Growth | undefined;
  /** How far the device's clock is ahead of the server's, ms. */
  deviceAheadMs: number | undefined;
  standing: Standing;
  isSignedIn: boolean;
  quantity: number;
  onQuantity: (quantity: number) => void;
  onBuy: () => void;
  /** The next step of the standing. */
  nextStep: ReactNode;
}

/** One sale as its shopper sees it at one moment. Shows what it is given: every state of it can be shown beside the others. */
export function SalePanel(props: SalePanelProps) {
  const {
    status,
    moment,
    growth,
    deviceAheadMs,
    standing,
    isSignedIn,
    quantity,
    onQuantity,
    onBuy,
    nextStep,
  } = props;
  const { stock, perShopperLimit } = status;
  const isBusy = STANDING_LOOKS[standing.kind].tone === 'busy';
  return (
    <article className="sale">
      <ProductPicture product={status.product} />
      <div className="sale-panel">
        <p className="sale-title">
          <StateBadge state={moment.state} testId="state" /> {status.name}
        </p>
        <ProductWords product={status.product} />
        <div className="ticket">
          <div className="ticket-head">
            <Countdown next={moment.next} endsAt={status.endsAt} />
            <StockBar remaining={stock.remaining} total={stock.total} growth={growth} />
          </div>
          <div className="ticket-tear" />
          <div className="ticket-stub">
            <div className="buy-row">
              {perShopperLimit > 1 && (
                <QuantityField
                  quantity={quantity}
                  limit={perShopperLimit}
                  isDisabled={moment.state !== 'open' || isBusy}
                  onChange={onQuantity}
                />
              )}
              <BuyButton saleState={moment.state} standing={standing} isSignedIn={isSignedIn} onBuy={onBuy} />
            </div>
            <div>
              <ShopMessage message={status.message} />
              <StandingPanel standing={standing} unitsLeft={stock.remaining}>
                {nextStep}
              </StandingPanel>
            </div>
          </div>
        </div>
        <p className="hint sale-rule">{words.sale.limit(perShopperLimit)}</p>
        <ClockNotice deviceAheadMs={deviceAheadMs} />
      </div>
    </article>
  );
}
