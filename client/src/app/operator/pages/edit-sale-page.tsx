import { Link, useParams } from 'react-router';
import type { OperatorSaleBody } from '../../../../../src/contracts/operator-http.ts';
import { Loaded } from '../../../features/desk/loaded.tsx';
import { operatorSaleState } from '../../../features/desk/operator-sale-state.ts';
import { SaleBadge } from '../../../features/desk/sale-badge.tsx';
import { useOperatorQuery } from '../../../features/desk/use-operator-query.ts';
import { editedSaleStart } from '../../../features/sale/operator-sale-fields.ts';
import { SaleForm } from '../../../features/sale/operator-sale-form.tsx';
import { PublishSale } from '../../../features/sale/publish-sale.tsx';
import { useServerNow } from '../../../lib/use-server-now.ts';
import { officeWords } from '../../../words/office-words.ts';
import { BackLink } from './back-link.tsx';
import { PageTitle } from './page-title.tsx';
import '../office.css';

/** Edits a sale while it is not open, publishes it, and leads to a clone of it. */
export function EditSalePage() {
  const { saleId = '' } = useParams();
  const { sale: words } = officeWords;
  const read = useOperatorQuery<OperatorSaleBody>(`/api/admin/sales/${saleId}`);
  return (
    <>
      <BackLink to={`/operator/sales/${saleId}`} label={words.toLive} />
      <PageTitle title={read.data?.name ?? words.edit} />
      <Loaded of={read}>{(sale) => <EditSale key={sale.saleId} sale={sale} />}</Loaded>
    </>
  );
}

function EditSale({ sale }: { sale: OperatorSaleBody }) {
  const { sale: words } = officeWords;
  const nowMs = useServerNow();
  const state = operatorSaleState(sale, nowMs);
  const isAhead = nowMs < Date.parse(sale.startsAt);
  const isEditable = state === 'draft' || (isAhead && state !== 'stopped');
  return (
    <>
      <div className="sale-actions">
        <SaleBadge state={state} />
        {sale.state === 'draft' && <PublishSale sale={sale} />}
        <Link className="button-link" to={`/operator/sales/new?like=${sale.saleId}`}>
          {words.clone}
        </Link>
        <Link className="button-link" to={`/operator/exports?sale=${sale.saleId}`}>
          {officeWords.exports.title}
        </Link>
        <Link className="button-link" to={`/operator/audit?subject=sale:${sale.saleId}`}>
          {officeWords.audit.title}
        </Link>
      </div>
      {!isEditable && (
        <p className="notice notice-warn" data-testid="not-editable">
          {words.notEditable}
        </p>
      )}
      <SaleForm
        id={sale.saleId}
        start={editedSaleStart(sale)}
        method="PATCH"
        path={`/api/admin/sales/${sale.saleId}`}
        label={officeWords.form.save}
        told={({ name }) => words.saved(name)}
        startAfter={editedSaleStart}
      />
      <p className="hint">{words.stockElsewhere}</p>
    </>
  );
}
