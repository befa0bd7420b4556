import { useEffect, useId } from 'react';
import { useSearchParams } from 'react-router';
import type { OperatorSaleBody } from '../../../../../src/contracts/operator-http.ts';
import { DeskState, Loaded } from '../../../features/desk/loaded.tsx';
import { useOperatorQuery } from '../../../features/desk/use-operator-query.ts';
import { ExportCard } from '../../../features/export/export-card.tsx';
import { dropKeptExports } from '../../../features/export/export-sink.ts';
import { formatMoment } from '../../../lib/format.ts';
import { officeWords } from '../../../words/office-words.ts';
import { PageTitle } from './page-title.tsx';
import '../exports.css';
import '../office.css';

/** The orders and the attempts of a sale as files. */
export function ExportsPage() {
  const { exports: words } = officeWords;
  useEffect(() => void dropKeptExports(), []);
  const read = useOperatorQuery<{ sales: OperatorSaleBody[] }>('/api/admin/sales', {
    query: { limit: '100' },
  });
  return (
    <>
      <PageTitle title={words.title} />
      <p className="hint">{words.text}</p>
      <Loaded of={read}>{({ sales }) => <SaleExports sales={sales} />}</Loaded>
    </>
  );
}

function SaleExports({ sales }: { sales: OperatorSaleBody[] }) {
  const { exports: words } = officeWords;
  const id = useId();
  const [search, setSearch] = useSearchParams();
  const asked = search.get('sale');
  const saleId = asked ?? sales[0]?.saleId;
  const isListed = sales.some((sale) => sale.saleId === saleId);
  if (saleId === undefined) return <DeskState picture="box" title={words.none} text={words.noneText} />;
  return (
    <>
      <div className="field export-sale">
        <label htmlFor={id}>{words.sale}</label>
        <select
          id={id}
          value={saleId}
          onChange={(event) => setSearch({ sale: event.target.value }, { replace: true })}
        >
          {!isListed && <option value={saleId}>{words.olderSale(saleId)}</option>}
          {sales.map((sale) => (
            <option key={sale.saleId} value={sale.saleId}>
              {words.saleLine(sale.name, formatMoment(sale.startsAt))}
            </option>
          ))}
        </select>
      </div>
      <div className="office-pair">
        <ExportCard key={`orders ${saleId}`} saleId={saleId} kind="orders" />
        <ExportCard key={`attempts ${saleId}`} saleId={saleId} kind="attempts" />
      </div>
    </>
  );
}
