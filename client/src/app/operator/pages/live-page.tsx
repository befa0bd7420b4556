import { useParams } from 'react-router';
import { StateBadge } from '../../../features/sale/state-badge.tsx';
import { StatsView } from '../../../features/stats/stats-view.tsx';
import { Loaded } from '../../../features/desk/loaded.tsx';
import { useOperatorQuery } from '../../../features/desk/use-operator-query.ts';
import type { StatsBody } from '../../../../../src/contracts/http.ts';
import { STATS_POLL_MS } from '../../../config/timing.ts';
import '../live.css';

/** One sale as it runs. */
export function LivePage() {
  const { saleId = '' } = useParams();
  const read = useOperatorQuery<StatsBody>('/api/flash-sale/stats', {
    query: { saleId },
    everyMs: STATS_POLL_MS,
  });
  return (
    <Loaded of={read}>
      {(stats) => (
        <>
          <h1 className="page-title">
            <StateBadge state={stats.state} testId="state" />
          </h1>
          <StatsView stats={stats} />
        </>
      )}
    </Loaded>
  );
}
