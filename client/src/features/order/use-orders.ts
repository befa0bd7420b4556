import { useCallback, useEffect, useState } from 'react';
import type { OrderBody } from '../../../../src/contracts/http.ts';
import { useServices } from '../../lib/services.ts';
import { fetchOrders } from './fetch-orders.ts';

export interface OrdersState {
  /** Absent until the first answer. */
  orders: OrderBody[] | undefined;
  nextCursor: string | undefined;
  isFailing: boolean;
}

export interface Orders extends OrdersState {
  readMore: () => void;
  reload: () => void;
}

const NOTHING: OrdersState = { orders: undefined, nextCursor: undefined, isFailing: false };

interface OwnedState extends OrdersState {
  /** Nobody else is shown them, not for a moment. */
  ownerId: string | undefined;
}
const NOBODYS: OwnedState = { ...NOTHING, ownerId: undefined };

/**
 * A user's orders, read again at each connect, at each outcome and cancellation of theirs and whenever `version` changes; none while nobody
 * is signed in.
 *
 * @param version anything that changes when an order may have come
 */
export function useOrders(userId: string | undefined, version: string): Orders {
  const { http, live } = useServices();
  const [state, setState] = useState(NOBODYS);
  const [reloads, setReloads] = useState(0);
  const reload = useCallback(() => setReloads((count) => count + 1), []);

  useEffect(() => {
    const stops = [live.onConnect(reload), live.onOutcome(reload), live.onCancelled(reload)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [live, reload]);

  useEffect(() => {
    if (userId === undefined) return;
    const life = new AbortController();
    void fetchOrders(http, userId, undefined, life.signal).then((answer) => {
      if (life.signal.aborted) return;
      setState((before) => {
        const isTheirs = before.ownerId === userId;
        if (answer.kind !== 'ok')
          return { ...(isTheirs ? before : NOTHING), ownerId: userId, isFailing: true };
        const { orders, nextCursor } = answer.body;
        return { ownerId: userId, orders, nextCursor, isFailing: false };
      });
    });
    return () => life.abort();
  }, [http, userId, version, reloads]);

  const readMore = () => {
    if (userId === undefined || state.nextCursor === undefined) return;
    void fetchOrders(http, userId, state.nextCursor).then((answer) => {
      setState((before) => {
        if (before.ownerId !== userId) return before;
        if (answer.kind !== 'ok') return { ...before, isFailing: true };
        const { orders, nextCursor } = answer.body;
        return { ...before, orders: [...(before.orders ?? []), ...orders], nextCursor, isFailing: false };
      });
    });
  };
  const { ownerId, ...shown } = state;
  return { ...(userId !== undefined && ownerId === userId ? shown : NOTHING), readMore, reload };
}
