import type {
  InstanceSampleBody,
  LiveBody,
  LiveEventBody,
  SaleSampleBody,
} from '../../../../src/contracts/live-http.ts';
import type { SaleStatusBody } from '../../../../src/contracts/http.ts';
import { LIVE_POLL_MS } from '../../config/timing.ts';
import type { Services } from '../../lib/services.ts';
import { createStore } from '../../lib/store.ts';
import { isOver, wait } from '../../lib/wait.ts';
import { OperatorError } from '../desk/operator-error.ts';

/** What is kept and can be looked at, s. */
export const HISTORY_SEC = 3_600;
const MOST_EVENTS = 300;

type Live = Omit<LiveBody, 'saleSamples' | 'instanceSamples' | 'events'>;

export interface LiveFeedState {
  live: Live | undefined;
  /** Why the last read failed; the next good one takes it away. */
  error: OperatorError | null;
  sale: ReadonlyMap<number, SaleSampleBody>;
  instance: ReadonlyMap<number, InstanceSampleBody>;
  /** Newest first. */
  events: readonly LiveEventBody[];
  /** The newest second that is known, epoch seconds; 0 before the first. */
  newestSec: number;
}

export interface LiveFeed {
  current: () => LiveFeedState;
  subscribe: (listener: () => void) => () => void;
  start: () => () => void;
  /** Reads now: something was changed that shall be seen. */
  refresh: () => void;
}

/**
 * Follows one sale at the desk: everything of the past hour at first, then twice a second what is new. The one beat of the whole
 * screen: figures and charts are drawn when it has read, and nothing is read while nobody sees the tab. What is left, and whether
 * it is on sale, comes by the socket in between.
 */
export function createLiveFeed({ http, live }: Pick<Services, 'http' | 'live'>, saleId: string): LiveFeed {
  const store = createStore<LiveFeedState>({
    ...{ live: undefined, error: null, newestSec: 0, events: [] },
    ...{ sale: new Map(), instance: new Map() },
  });
  let skipWait = () => {};

  const read = async (signal: AbortSignal): Promise<void> => {
    const { newestSec } = store.current();
    const query = { since: newestSec === 0 ? undefined : String(newestSec) };
    const answer = await http<LiveBody>({
      ...{ method: 'GET', path: `/api/admin/sales/${saleId}/live`, query, signal },
    });
    if (isOver(signal)) return;
    if (answer.kind === 'ok') store.set(withNews(store.current(), answer.body));
    else store.set({ ...store.current(), error: new OperatorError(answer) });
  };

  return {
    current: store.current,
    subscribe: store.subscribe,
    refresh: () => skipWait(),
    start: () => {
      const life = new AbortController();
      const follow = async () => {
        while (!isOver(life.signal)) {
          if (!document.hidden) await read(life.signal);
          const pause = new AbortController();
          skipWait = () => pause.abort();
          await wait(LIVE_POLL_MS, AbortSignal.any([life.signal, pause.signal]));
        }
      };
      const onShown = () => skipWait();
      document.addEventListener('visibilitychange', onShown);
      const stopWatching = live.watchSale(saleId, (tick) => {
        const before = store.current();
        store.set(withTick(before, tick));
        if (before.live?.stats?.state !== tick.state) skipWait();
      });
      void follow();
      return () => {
        life.abort();
        stopWatching();
        skipWait = () => {};
        document.removeEventListener('visibilitychange', onShown);
      };
    },
  };
}

/** What is known with what is new; what is older than an hour is let go, but for the sample the hour begins with. */
export function withNews(before: LiveFeedState, body: LiveBody): LiveFeedState {
  const { saleSamples, instanceSamples, events, ...live } = body;
  const newestSec = Math.max(before.newestSec, ...instanceSamples.map(({ at }) => at));
  const from = newestSec - HISTORY_SEC;
  const isNews = saleSamples.length > 0 || instanceSamples.length > 0;
  const known = new Set(before.events.map(({ id }) => id));
  const newEvents = events.filter(({ id }) => !known.has(id));
  return {
    live,
    error: null,
    newestSec,
    sale: isNews ? merged(before.sale, saleSamples, from) : before.sale,
    instance: isNews ? merged(before.instance, instanceSamples, from) : before.instance,
    events:
      newEvents.length === 0
        ? before.events
        : [...newEvents, ...before.events].sort((a, b) => b.at - a.at).slice(0, MOST_EVENTS),
  };
}

/** What is known with what a tick says of the gate; a tick that is older than the last reading says nothing. */
export function withTick(before: LiveFeedState, tick: SaleStatusBody): LiveFeedState {
  const { live } = before;
  if (!live?.stats || tick.serverTime < live.serverTime) return before;
  const { total, sold } = live.stats.stock;
  const { remaining } = tick.stock;
  const stock = { total, sold, remaining, promised: Math.max(0, total - sold - remaining) };
  const stats = { ...live.stats, state: tick.state, stock };
  return { ...before, live: { ...live, serverTime: tick.serverTime, stats } };
}

function merged<Sample extends { at: number }>(
  known: ReadonlyMap<number, Sample>,
  news: readonly Sample[],
  from: number,
): ReadonlyMap<number, Sample> {
  const all = new Map(known);
  for (const sample of news) all.set(sample.at, sample);
  for (const at of all.keys()) if (at < from) all.delete(at);
  return all;
}
