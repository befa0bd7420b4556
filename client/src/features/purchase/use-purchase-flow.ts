import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { SessionBody } from '../../../../src/contracts/http.ts';
import type { Answer } from '../../lib/http.ts';
import { useServices } from '../../lib/services.ts';
import { randomKey } from '../../lib/random-key.ts';
import { createPurchaseFlow, type PurchaseFlow } from './purchase-flow.ts';
import type { PurchaseState } from './purchase-state.ts';
import { createWishBook } from './wish.ts';

/** @param signInAsGuest must be stable over renderings */
export function usePurchaseFlow(
  saleId: string,
  signInAsGuest: () => Promise<Answer<SessionBody>>,
): { state: PurchaseState; flow: PurchaseFlow } {
  const { http, live, session, clock } = useServices();
  const flow = useMemo(
    () =>
      createPurchaseFlow(
        {
          http,
          live,
          session,
          clock,
          wishes: createWishBook({
            own: sessionStorage,
            shared: localStorage,
            wallClockMs: Date.now,
            onSharedChange: followLocalStorage,
          }),
          signInAsGuest,
          makeKey: randomKey,
          random: Math.random,
        },
        saleId,
      ),
    [http, live, session, clock, signInAsGuest, saleId],
  );
  useEffect(() => flow.start(), [flow]);
  const state = useSyncExternalStore(flow.subscribe, flow.current);
  return { state, flow };
}

function followLocalStorage(listener: (name: string | null) => void): () => void {
  const onStorage = (event: StorageEvent) => listener(event.key);
  window.addEventListener('storage', onStorage);
  return () => window.removeEventListener('storage', onStorage);
}
