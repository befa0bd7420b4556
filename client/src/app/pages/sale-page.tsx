import { useSearchParams } from 'react-router';
import { useGuestSignIn } from '../../features/account/use-guest-sign-in.ts';
import { SalePicker } from '../../features/sale/sale-picker.tsx';
import { useSales } from '../../features/sale/use-sales.ts';
import { words } from '../../words/words.ts';
import { SalePlaceholder } from './sale-placeholder.tsx';
import { SaleView } from './sale-view.tsx';

/** The sale of the address, else the one the API puts forward; below it the others. */
export function SalePage() {
  const { sales, suggestedId, isFailing } = useSales();
  const [search] = useSearchParams();
  const signInAsGuest = useGuestSignIn();
  const saleId = search.get('sale') ?? suggestedId ?? sales?.[0]?.saleId;

  return (
    <>
      {saleId !== undefined && <SaleView key={saleId} saleId={saleId} signInAsGuest={signInAsGuest} />}
      {saleId === undefined && <NoSale isKnown={sales?.length === 0} isFailing={isFailing} />}
      {sales && sales.length > 1 && <SalePicker sales={sales} pickedId={saleId} />}
    </>
  );
}

function NoSale({ isKnown, isFailing }: { isKnown: boolean; isFailing: boolean }) {
  const { sale } = words;
  if (isKnown) return <SalePlaceholder picture="flag" title={sale.none} text={sale.noneText} />;
  if (isFailing)
    return <SalePlaceholder picture="cut" title={sale.unreachable} text={sale.unreachableText} />;
  return <SalePlaceholder />;
}
