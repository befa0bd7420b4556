import { Suspense, useEffect, useRef, useState } from 'react';
import type { SaleStatusBody, SessionBody } from '../../../../src/contracts/http.ts';
import { useOrders } from '../../features/order/use-orders.ts';
import { standingOf } from '../../features/purchase/standing.ts';
import { usePurchaseFlow } from '../../features/purchase/use-purchase-flow.ts';
import type { SaleFeedState } from '../../features/sale/sale-feed.ts';
import { saleMoment } from '../../features/sale/sale-moment.ts';
import { useSaleFeed } from '../../features/sale/use-sale-feed.ts';
import type { Answer } from '../../lib/http.ts';
import { useServices, useSession } from '../../lib/services.ts';
import { useServerNow } from '../../lib/use-server-now.ts';
import { loadApart } from '../../lib/load-apart.ts';
import { words } from '../../words/words.ts';
import { NextStep } from './next-step.tsx';
import { SalePanel } from './sale-panel.tsx';
import { SalePlaceholder } from './sale-placeholder.tsx';

/** Below the fold, and only for who is signed in. */
const OrderList = loadApart(async () => (await import('../../features/order/order-list.tsx')).OrderList);

export interface SaleViewProps {
  saleId: string;
  signInAsGuest: () => Promise<Answer<SessionBody>>;
}

/** One sale, from its product to the shopper's orders. */
export function SaleView({ saleId, signInAsGuest }: SaleViewProps) {
  const feed = useSaleFeed(saleId);
  if (feed.status) return <LoadedSale feed={feed} status={feed.status} signInAsGuest={signInAsGuest} />;
  if (feed.trouble === undefined) return <SalePlaceholder />;
  const { sale } = words;
  const isUnknown = feed.trouble === 'not_found';
  return (
    <SalePlaceholder
      picture={isUnknown ? 'map' : 'cut'}
      title={isUnknown ? sale.notFound : sale.unreachable}
      text={isUnknown ? sale.notFoundText : sale.unreachableText}
    />
  );
}

interface LoadedSaleProps {
  feed: SaleFeedState;
  status: SaleStatusBody;
  signInAsGuest: SaleViewProps['signInAsGuest'];
}

function LoadedSale({ feed, status, signInAsGuest }: LoadedSaleProps) {
  const { clock } = useServices();
  const { signedIn } = useSession();
  const { state: purchase, flow } = usePurchaseFlow(status.saleId, signInAsGuest);
  const orders = useOrders(signedIn?.user.id, purchase.phase);
  const [quantity, setQuantity] = useState(1);
  const nowMs = useServerNow([status.startsAt, status.endsAt]);
  const moment = saleMoment(status, nowMs);

  const saleStateBefore = useRef(moment.state);
  useEffect(() => {
    // What the gate said of the sale before does not hold for the sale that is open now.
    if (moment.state === 'open' && saleStateBefore.current !== 'open') flow.dismiss();
    saleStateBefore.current = moment.state;
  }, [moment.state, flow]);

  const mine = orders.orders?.filter(
    (order) => order.saleId === status.saleId && order.status === 'confirmed',
  );
  const standing = standingOf({
    saleState: moment.state,
    purchase,
    role: signedIn?.user.role,
    boughtUnits: mine?.reduce((sum, order) => sum + order.quantity, 0) ?? 0,
    perShopperLimit: status.perShopperLimit,
    isReachable: feed.trouble === undefined,
    nowMs,
  });
  return (
    <>
      <SalePanel
        status={status}
        moment={moment}
        growth={feed.growth}
        deviceAheadMs={clock.deviceAheadMs()}
        standing={standing}
        isSignedIn={signedIn !== undefined}
        quantity={quantity}
        onQuantity={setQuantity}
        onBuy={() => void flow.buy(quantity)}
        nextStep={
          <NextStep
            standing={standing}
            status={status}
            order={mine?.find((order) => order.orderId === standing.orderId)}
            onTakeFewer={(fewer) => {
              setQuantity(fewer);
              void flow.buy(fewer);
            }}
          />
        }
      />
      {signedIn && (
        <Suspense fallback={null}>
          <OrderList {...orders} />
        </Suspense>
      )}
    </>
  );
}
