import { Link } from 'react-router';
import type { OperatorSaleBody } from '../../../../../src/contracts/operator-http.ts';
import { DeskState, Loaded } from '../../../features/desk/loaded.tsx';
import { operatorSaleState } from '../../../features/desk/operator-sale-state.ts';
import { SaleBadge } from '../../../features/desk/sale-badge.tsx';
import { useOperatorPages } from '../../../features/desk/use-operator-query.ts';
import { FilterBar } from '../../../features/list/filter-bar.tsx';
import { More } from '../../../features/list/more.tsx';
import { useFilter } from '../../../features/list/use-filter.ts';
import { SALE_FILTER } from '../../../features/sale/operator-sale-filter.ts';
import { formatCount, formatMoment } from '../../../lib/format.ts';
import { useServerNow } from '../../../lib/use-server-now.ts';
import { deskWords } from '../../../words/desk-words.ts';
import { officeWords } from '../../../words/office-words.ts';
import { PageTitle } from './page-title.tsx';
import '../office.css';

interface SalesBody {
  sales: OperatorSaleBody[];
  nextCursor?: string;
}

/** Every sale, drafts too, newest first. */
export function SalesPage() {
  const { sales: words } = deskWords;
  const filter = useFilter(SALE_FILTER.map(({ name }) => name));
  const read = useOperatorPages<SalesBody>('/api/admin/sales', { query: filter.values });
  return (
    <>
      <div className="desk-head">
        <PageTitle title={words.title} />
        <Link className="button-link button-main" to="/operator/sales/new">
          {words.make}
        </Link>
      </div>
      <FilterBar filter={filter} fields={SALE_FILTER} label={officeWords.list.filterLabel(words.title)} />
      <Loaded of={read}>
        {(pages) => (
          <SaleTable
            sales={pages.flatMap(({ sales }) => sales)}
            isFiltered={Object.keys(filter.values).length > 0}
          />
        )}
      </Loaded>
      <More of={read} />
    </>
  );
}

function SaleTable({ sales, isFiltered }: { sales: OperatorSaleBody[]; isFiltered: boolean }) {
  const { sales: words } = deskWords;
  const { list } = officeWords;
  const nowMs = useServerNow();
  if (sales.length === 0 && isFiltered)
    return <DeskState picture="lens" title={list.noneFound} text={list.noneFoundText} />;
  if (sales.length === 0) return <DeskState picture="flag" title={words.none} text={words.noneText} />;
  return (
    <div className="table-box card">
      <table className="table" data-testid="sales">
        <thead>
          <tr>
            <th scope="col">{words.name}</th>
            <th scope="col">{words.state}</th>
            <th scope="col">{words.sold}</th>
            <th scope="col">{words.starts}</th>
            <th scope="col">{words.ends}</th>
          </tr>
        </thead>
        <tbody>
          {sales.map((sale) => (
            <tr key={sale.saleId}>
              <th scope="row">
                <Link to={`/operator/sales/${sale.saleId}`}>{sale.name}</Link>
              </th>
              <td>
                <SaleBadge state={operatorSaleState(sale, nowMs)} />
              </td>
              <td>
                <SoldBar stock={sale.stock} />
              </td>
              <td>{formatMoment(sale.startsAt)}</td>
              <td>{formatMoment(sale.endsAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function SoldBar({ stock: { sold, total } }: { stock: OperatorSaleBody['stock'] }) {
  return (
    <div className="sold">
      <span>{deskWords.sales.soldOf(formatCount(sold), formatCount(total))}</span>
      <div className="sold-bar" aria-hidden="true">
        <div style={{ width: `${total > 0 ? (sold / total) * 100 : 0}%` }} />
      </div>
    </div>
  );
}
