import { useSearchParams } from 'react-router';
import { SignInForm } from '../../features/account/sign-in-form.tsx';
import { BoardLink } from '../../features/queue/board-link.tsx';
import { SalePicker } from '../../features/sale/sale-picker.tsx';
import { StateBadge } from '../../features/sale/state-badge.tsx';
import { useSales } from '../../features/sale/use-sales.ts';
import { StatsView } from '../../features/stats/stats-view.tsx';
import { useStats } from '../../features/stats/use-stats.ts';
import { useSession } from '../../lib/services.ts';

export function OperatorPage() {
  const { sales, suggestedId, isFailing } = useSales();
  const [search] = useSearchParams();
  const saleId = search.get('sale') ?? suggestedId ?? sales?.[0]?.saleId;
  return (
    <>
      <h1 className="page-title">Live figures</h1>
      {sales && sales.length > 1 && <SalePicker sales={sales} pickedId={saleId} />}
      {saleId !== undefined && <SaleFigures key={saleId} saleId={saleId} />}
      {saleId === undefined && (
        <p className="empty" role="status">
          {sales?.length === 0 && 'There is no sale yet.'}
          {!sales && !isFailing && 'Loading the sales…'}
          {!sales && isFailing && 'The server cannot be reached. Trying again every few seconds.'}
        </p>
      )}
    </>
  );
}

function SaleFigures({ saleId }: { saleId: string }) {
  const { stats, trouble } = useStats(saleId);
  const { signedIn } = useSession();
  if (trouble === 'not_allowed') {
    return (
      <section className="card sign-in-card">
        <p>
          {signedIn
            ? `These figures are for operators. You are signed in as ${signedIn.user.name || signedIn.user.email}.`
            : 'These figures are for operators.'}
        </p>
        <SignInForm isForOperator />
      </section>
    );
  }
  return (
    <>
      {trouble === 'not_found' && <p className="empty">There is no such sale. Pick one from the list.</p>}
      {trouble === 'unreachable' && (
        <p className="notice notice-warn" role="status">
          {stats ? 'The figures cannot be read: these are the last ones.' : 'The figures cannot be read.'}{' '}
          Trying again.
        </p>
      )}
      {!stats && !trouble && <p className="empty">Loading the figures…</p>}
      {stats && (
        <>
          <p className="stats-head">
            <StateBadge state={stats.state} testId="state" />{' '}
            <span className="hint">as of {new Date(stats.serverTime).toLocaleTimeString('en')}</span>
            <BoardLink />
          </p>
          <StatsView stats={stats} />
        </>
      )}
    </>
  );
}
