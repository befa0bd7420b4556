import { useState } from 'react';
import type { SaleStatusBody, SessionBody } from '../../../../src/contracts/http.ts';
import { OrderList } from '../../features/order/order-list.tsx';
import { BuyButton } from '../../features/purchase/buy-button.tsx';
import { Outcome } from '../../features/purchase/outcome.tsx';
import { isBusy } from '../../features/purchase/purchase-state.ts';
import { QuantityField } from '../../features/purchase/quantity-field.tsx';
import { usePurchaseFlow } from '../../features/purchase/use-purchase-flow.ts';
import { Countdown } from '../../features/sale/countdown.tsx';
import { ProductPicture, ProductWords } from '../../features/sale/product-card.tsx';
import { saleMoment } from '../../features/sale/sale-moment.ts';
import { StateBadge } from '../../features/sale/state-badge.tsx';
import { STATE_ADVICE } from '../../features/sale/state-words.ts';
import { StockBar } from '../../features/sale/stock-bar.tsx';
import { useSaleFeed } from '../../features/sale/use-sale-feed.ts';
import type { Answer } from '../../lib/http.ts';
import { useSession } from '../../lib/services.ts';
import { useServerNow } from '../../lib/use-server-now.ts';

export interface SaleViewProps {
  saleId: string;
  signInAsGuest: () => Promise<Answer<SessionBody>>;
}

/** One sale, from its product to the shopper's orders. */
export function SaleView({ saleId, signInAsGuest }: SaleViewProps) {
  const { status, trouble } = useSaleFeed(saleId);
  if (status)
    return <LoadedSale status={status} isStale={trouble !== undefined} signInAsGuest={signInAsGuest} />;
  return (
    <section className="empty" role="status">
      {trouble === undefined && <p>Loading the sale…</p>}
      {trouble === 'not_found' && (
        <>
          <h1>There is no such sale</h1>
          <p>Pick a sale from the list.</p>
        </>
      )}
      {(trouble === 'unreachable' || trouble === 'refused') && (
        <>
          <h1>The sale cannot be reached</h1>
          <p>You are offline, or the server is busy. Trying again every few seconds.</p>
        </>
      )}
    </section>
  );
}

interface LoadedSaleProps {
  status: SaleStatusBody;
  isStale: boolean;
  signInAsGuest: SaleViewProps['signInAsGuest'];
}

function LoadedSale({ status, isStale, signInAsGuest }: LoadedSaleProps) {
  const { signedIn } = useSession();
  const { state: purchase, flow } = usePurchaseFlow(status.saleId, signInAsGuest);
  const [quantity, setQuantity] = useState(1);
  const { state, next } = saleMoment(status, useServerNow());
  return (
    <>
      <article className="sale">
        <ProductPicture product={status.product} />
        <div className="sale-panel">
          <p className="sale-title">
            <StateBadge state={state} testId="state" /> <span className="hint">{status.name}</span>
          </p>
          <ProductWords product={status.product} />
          <Countdown next={next} endsAt={status.endsAt} />
          <StockBar remaining={status.stock.remaining} total={status.stock.total} />
          {isStale && (
            <p className="notice notice-warn">You are offline. These figures may be old. Reconnecting…</p>
          )}
          <div className="buy-row">
            {status.perShopperLimit > 1 && (
              <QuantityField
                quantity={quantity}
                limit={status.perShopperLimit}
                isDisabled={state !== 'open' || isBusy(purchase)}
                onChange={setQuantity}
              />
            )}
            <BuyButton
              saleState={state}
              purchase={purchase}
              isSignedIn={signedIn !== undefined}
              perShopperLimit={status.perShopperLimit}
              onBuy={() => void flow.buy(quantity)}
            />
          </div>
          <Outcome state={purchase} onAskAgain={flow.askAgain} />
          <p className="hint">
            {STATE_ADVICE[state]} {limitWords(status.perShopperLimit)}
          </p>
        </div>
      </article>
      {signedIn && <OrderList userId={signedIn.user.id} version={purchase.phase} />}
    </>
  );
}

function limitWords(limit: number): string {
  return limit === 1 ? 'One unit for each shopper.' : `At most ${limit} units for each shopper.`;
}
