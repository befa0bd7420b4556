import type { SaleStatusBody } from '../../../../src/contracts/http.ts';
import { GROWTH_TOLD_MS, POLL_MS, SILENCE_MS } from '../../config/timing.ts';
import type { Services } from '../../lib/services.ts';
import { createStore } from '../../lib/store.ts';
import { fetchSaleStatus } from './fetch-sale-status.ts';
import { newestStatus } from './newest-status.ts';

/** Units that there were not before: given back by others, or added by the shop. */
export interface Growth {
  cause: 'returned' | 'added';
  units: number;
}

export interface SaleFeedState {
  status: SaleStatusBody | undefined;
  /** Why the last read failed; a tick or a good read takes it away. */
  trouble: 'not_found' | 'unreachable' | 'refused' | undefined;
  /** Told for a while, then gone. */
  growth: Growth | undefined;
}

export interface SaleFeed {
  current: () => SaleFeedState;
  subscribe: (listener: () => void) => () => void;
  start: () => () => void;
  refresh: () => void;
}

export interface SaleFeedDeps extends Pick<Services, 'http' | 'live'> {
  clock: Pick<Services['clock'], 'observe'>;
}

/**
 * Follows one sale: ticks while the socket lives, a snapshot at each connect and after 5 s of silence, and polling every
 * 2 s while there is no socket. A body that only its `serverTime` tells from the one before draws nothing anew.
 */
export function createSaleFeed({ http, live, clock }: SaleFeedDeps, saleId: string): SaleFeed {
  const store = createStore<SaleFeedState>({
    status: undefined,
    trouble: undefined,
    growth: undefined,
  });
  let refresh = () => {};
  let newest: SaleStatusBody | undefined;
  let growthTimer: ReturnType<typeof setTimeout> | undefined;

  const show = (body: SaleStatusBody) => {
    clock.observe(body.serverTime);
    const before = newest;
    newest = newestStatus(before, body);
    const { status, trouble, growth } = store.current();
    if (status && trouble === undefined && looksTheSame(status, newest)) return;
    const grown = growthBetween(before, newest);
    if (grown) {
      clearTimeout(growthTimer);
      growthTimer = setTimeout(() => store.set({ ...store.current(), growth: undefined }), GROWTH_TOLD_MS);
    }
    store.set({ status: newest, trouble: undefined, growth: grown ?? growth });
  };

  const start = () => {
    const life = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isReading = false;
    const listenOn = () => {
      clearTimeout(timer);
      if (!life.signal.aborted)
        timer = setTimeout(() => void read(), live.isConnected() ? SILENCE_MS : POLL_MS);
    };
    const read = async () => {
      if (isReading) return;
      isReading = true;
      const answer = await fetchSaleStatus(http, saleId, life.signal);
      isReading = false;
      if (life.signal.aborted) return;
      if (answer.kind === 'ok') show(answer.body);
      else store.set({ ...store.current(), trouble: troubleOf(answer) });
      listenOn();
    };
    refresh = () => void read();
    const stopWatching = live.watchSale(saleId, (body) => {
      show(body);
      listenOn();
    });
    const stopConnects = live.onConnect(refresh);
    refresh();
    return () => {
      life.abort();
      clearTimeout(timer);
      clearTimeout(growthTimer);
      stopWatching();
      stopConnects();
      refresh = () => {};
    };
  };

  return { current: store.current, subscribe: store.subscribe, start, refresh: () => refresh() };
}

function looksTheSame(shown: SaleStatusBody, newest: SaleStatusBody): boolean {
  return JSON.stringify({ ...shown, serverTime: '' }) === JSON.stringify({ ...newest, serverTime: '' });
}

/** Fewer units are the ordinary course of a sale; more are news. */
function growthBetween(before: SaleStatusBody | undefined, now: SaleStatusBody): Growth | undefined {
  if (!before) return undefined;
  const added = now.stock.total - before.stock.total;
  if (added > 0) return { cause: 'added', units: added };
  const returned = now.stock.remaining - before.stock.remaining;
  return added === 0 && returned > 0 ? { cause: 'returned', units: returned } : undefined;
}

function troubleOf(answer: { kind: 'unreachable' } | { kind: 'problem'; problem: { status: number } }) {
  if (answer.kind === 'unreachable') return 'unreachable';
  return answer.problem.status === 404 || answer.problem.status === 400 ? 'not_found' : 'refused';
}
