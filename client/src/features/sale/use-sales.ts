import { useEffect, useState } from 'react';
import type { SaleStatusBody } from '../../../../src/contracts/http.ts';
import { SALE_LIST_POLL_MS } from '../../config/timing.ts';
import { useServices } from '../../lib/services.ts';
import { isOver, wait } from '../../lib/wait.ts';
import { fetchSaleStatus } from './fetch-sale-status.ts';
import { fetchSales } from './fetch-sales.ts';

export interface SalesState {
  /** Absent until the first answer. */
  sales: SaleStatusBody[] | undefined;
  /** The sale the API puts forward to who has not picked one; kept once known. */
  suggestedId: string | undefined;
  isFailing: boolean;
}

const RETRY_MS = 3_000;

export function useSales(): SalesState {
  const { http, clock } = useServices();
  const [state, setState] = useState<SalesState>({
    sales: undefined,
    suggestedId: undefined,
    isFailing: false,
  });
  useEffect(() => {
    const life = new AbortController();
    const follow = async () => {
      while (!isOver(life.signal)) {
        const [list, suggested] = await Promise.all([
          fetchSales(http, life.signal),
          fetchSaleStatus(http, undefined, life.signal),
        ]);
        if (isOver(life.signal)) return;
        const isFailing = list.kind !== 'ok';
        if (suggested.kind === 'ok') clock.observe(suggested.body.serverTime);
        setState((before) => ({
          sales: list.kind === 'ok' ? list.body.sales : before.sales,
          suggestedId: before.suggestedId ?? (suggested.kind === 'ok' ? suggested.body.saleId : undefined),
          isFailing,
        }));
        await wait(isFailing ? RETRY_MS : SALE_LIST_POLL_MS, life.signal);
      }
    };
    void follow();
    return () => life.abort();
  }, [http, clock]);
  return state;
}
