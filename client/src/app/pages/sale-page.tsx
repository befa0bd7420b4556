import { useSearchParams } from 'react-router';
import { useGuestSignIn } from '../../features/account/use-guest-sign-in.ts';
import { OrderList } from '../../features/order/order-list.tsx';
import { SalePicker } from '../../features/sale/sale-picker.tsx';
import { useSales } from '../../features/sale/use-sales.ts';
import { useSession } from '../../lib/services.ts';
import { SaleView } from './sale-view.tsx';

export function SalePage() {
  const { sales, suggestedId, isFailing } = useSales();
  const [search] = useSearchParams();
  const { signedIn } = useSession();
  const signInAsGuest = useGuestSignIn();
  const saleId = search.get('sale') ?? suggestedId ?? sales?.[0]?.saleId;

  return (
    <>
      {sales && sales.length > 1 && <SalePicker sales={sales} pickedId={saleId} />}
      {saleId !== undefined && <SaleView key={saleId} saleId={saleId} signInAsGuest={signInAsGuest} />}
      {saleId === undefined && (
        <section className="empty" role="status">
          {sales?.length === 0 && (
            <>
              <h1>No sale yet</h1>
              <p>When one is announced, it appears here by itself.</p>
            </>
          )}
          {!sales && !isFailing && <p>Loading the sale…</p>}
          {!sales && isFailing && (
            <>
              <h1>The sale cannot be reached</h1>
              <p>You are offline, or the server is. Trying again every few seconds.</p>
            </>
          )}
        </section>
      )}
      {saleId === undefined && signedIn && <OrderList userId={signedIn.user.id} version="" />}
    </>
  );
}
