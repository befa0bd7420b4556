import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { DeskState, Loaded } from '../../../features/desk/loaded.tsx';
import { operatorSaleState, type OperatorSaleState } from '../../../features/desk/operator-sale-state.ts';
import { SaleBadge } from '../../../features/desk/sale-badge.tsx';
import { EventList } from '../../../features/stats/event-list.tsx';
import { LatencyTable } from '../../../features/stats/latency-table.tsx';
import { LiveCharts } from '../../../features/stats/live-charts.tsx';
import type { LiveFeedState } from '../../../features/stats/live-feed.ts';
import { LiveFigures } from '../../../features/stats/live-figures.tsx';
import { ProcessTable } from '../../../features/stats/process-table.tsx';
import { PromiseLights } from '../../../features/stats/promise-lights.tsx';
import { RangePicker, RANGES } from '../../../features/stats/range-picker.tsx';
import { PostgresPanel, RedisPanel } from '../../../features/stats/store-panels.tsx';
import { useLiveFeed } from '../../../features/stats/use-live-feed.ts';
import { shownState, type AskedState } from '../../../features/steer/sale-steps.ts';
import { SteerBar } from '../../../features/steer/steer-bar.tsx';
import { formatCountdown, formatMoment } from '../../../lib/format.ts';
import { useServerNow } from '../../../lib/use-server-now.ts';
import { deskWords } from '../../../words/desk-words.ts';
import '../charts.css';
import '../preflight.css';
import '../live.css';

/** One sale as it runs: what an operator looks at during a drop, and steers it by. */
export function LivePage() {
  const { saleId = '' } = useParams();
  return <LiveScreen key={saleId} saleId={saleId} />;
}

function LiveScreen({ saleId }: { saleId: string }) {
  const { state, feed } = useLiveFeed(saleId);
  const [asked, setAsked] = useState<AskedState>();
  const [spanSec, setSpanSec] = useState<number>(RANGES.five);
  const read = {
    data: state.live,
    error: state.error,
    isFetching: false,
    refetch: feed.refresh,
  };
  const { live: words, charts } = deskWords;
  return (
    <Loaded of={read}>
      {(live) => {
        const { state: operatorState, isExpected } = shownState(live, asked);
        const badge = badgeState(live, operatorState);
        return (
          <div className="live">
            <header className="live-head">
              <div className="live-name">
                <h1>{live.name}</h1>
                <SaleBadge state={badge} isExpected={isExpected} />
                <Moment live={live} />
              </div>
              <SteerBar
                {...{ sale: live, state: operatorState, isOver: badge === 'ended' }}
                {...{ onAsked: setAsked, onChanged: feed.refresh }}
              />
            </header>
            {live.message !== undefined && (
              <p className="notice" data-testid="told">
                {words.told} <strong>{live.message}</strong>
              </p>
            )}
            {live.stats ? (
              <>
                <LiveFigures stats={live.stats} />
                <PromiseLights invariants={live.stats.invariants} />
              </>
            ) : (
              <DeskState picture="sand" title={words.noFigures} text={words.noFiguresText} />
            )}
            <div className="live-bar">
              <RangePicker spanSec={spanSec} onPick={setSpanSec} />
              <p className="hint">{charts.legend}</p>
              <nav className="live-links" aria-label={live.name}>
                <Link to={`/?sale=${saleId}`}>{words.shopper}</Link>
                <Link to={`/operator/sales/${saleId}/edit`}>{words.edit}</Link>
              </nav>
            </div>
            <div className="live-body">
              <LiveCharts
                state={state}
                nowSec={Math.floor(Date.parse(live.serverTime) / 1_000)}
                spanSec={spanSec}
              />
              <aside className="live-side" aria-label={deskWords.processes.title}>
                <ProcessTable processes={live.processes} />
                <div className="stores">
                  <RedisPanel redis={live.redis} />
                  <PostgresPanel postgres={live.postgres} />
                </div>
                {live.stats && <LatencyTable latencyMs={live.stats.latencyMs} />}
                <EventList events={state.events} />
              </aside>
            </div>
          </div>
        );
      }}
    </Loaded>
  );
}

type Live = NonNullable<LiveFeedState['live']>;

/** Of a sale that sells, what its gate says: it knows of the last unit before PostgreSQL does. */
function badgeState(live: Live, state: Live['state']): OperatorSaleState {
  if (state === 'active' && live.stats && live.stats.state !== 'paused') return live.stats.state;
  const stock = { stockId: '', total: live.stats?.stock.total ?? 0, sold: live.stats?.stock.sold ?? 0 };
  return operatorSaleState({ ...live, state, stock }, Date.parse(live.serverTime));
}

function Moment({ live: { state, startsAt, endsAt } }: { live: Live }) {
  const { live: words } = deskWords;
  const nowMs = useServerNow([startsAt, endsAt]);
  const [starts, ends] = [Date.parse(startsAt), Date.parse(endsAt)];
  if (nowMs >= ends)
    return (
      <span className="hint">
        {words.over} {formatMoment(endsAt)}
      </span>
    );
  const isComing = nowMs < starts;
  return (
    <span className="live-moment">
      {isComing ? words.opensIn : words.endsIn}{' '}
      <strong>{formatCountdown((isComing ? starts : ends) - nowMs)}</strong>
      {state === 'draft' && <span className="hint"> {words.draft}</span>}
    </span>
  );
}
