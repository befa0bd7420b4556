import type { SaleStatusBody } from '../../../../src/contracts/http.ts';
import { SILENCE_MS } from '../../config/timing.ts';
import type { Services } from '../../lib/services.ts';
import { createStore } from '../../lib/store.ts';
import { fetchSaleStatus } from './fetch-sale-status.ts';
import { newestStatus } from './newest-status.ts';

export interface SaleFeedState {
  status: SaleStatusBody | undefined;
  /** Why the last read failed; a tick or a good read takes it away. */
  trouble: 'not_found' | 'unreachable' | 'refused' | undefined;
}

export interface SaleFeed {
  current: () => SaleFeedState;
  subscribe: (listener: () => void) => () => void;
  start: () => () => void;
  refresh: () => void;
}

export type SaleFeedDeps = Pick<Services, 'http' | 'live' | 'clock'>;

/** Follows one sale: ticks while the socket lives, a snapshot at each connect and after 5 s of silence. */
export function createSaleFeed({ http, live, clock }: SaleFeedDeps, saleId: string): SaleFeed {
  const store = createStore<SaleFeedState>({ status: undefined, trouble: undefined });
  let refresh = () => {};

  const show = (body: SaleStatusBody) => {
    clock.observe(body.serverTime);
    store.set({ status: newestStatus(store.current().status, body), trouble: undefined });
  };

  const start = () => {
    const life = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isReading = false;
    const listenOn = () => {
      clearTimeout(timer);
      if (!life.signal.aborted) timer = setTimeout(() => void read(), SILENCE_MS);
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
      stopWatching();
      stopConnects();
      refresh = () => {};
    };
  };

  return { current: store.current, subscribe: store.subscribe, start, refresh: () => refresh() };
}

function troubleOf(answer: { kind: 'unreachable' } | { kind: 'problem'; problem: { status: number } }) {
  if (answer.kind === 'unreachable') return 'unreachable';
  return answer.problem.status === 404 || answer.problem.status === 400 ? 'not_found' : 'refused';
}
