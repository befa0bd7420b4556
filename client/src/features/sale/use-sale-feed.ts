import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useServices } from '../../lib/services.ts';
import { createSaleFeed, type SaleFeedState } from './sale-feed.ts';

export function useSaleFeed(saleId: string): SaleFeedState {
  const { http, live, clock } = useServices();
  const feed = useMemo(() => createSaleFeed({ http, live, clock }, saleId), [http, live, clock, saleId]);
  useEffect(() => feed.start(), [feed]);
  return useSyncExternalStore(feed.subscribe, feed.current);
}
