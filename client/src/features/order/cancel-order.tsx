import { useState } from 'react';
import type { CancelledOrderBody, OperatorSaleBody } from '../../../../src/contracts/operator-http.ts';
import { formatUnits } from '../../lib/format.ts';
import { officeWords } from '../../words/office-words.ts';
import { ConfirmDialog, type Confirmed } from '../desk/confirm-dialog.tsx';
import { useOperatorChange } from '../desk/use-operator-change.ts';
import { useOperatorQuery } from '../desk/use-operator-query.ts';

/** Cancels an order: its units go back on sale. With a reason, and the sale's name typed. */
export function CancelOrder({ orderId, saleId }: { orderId: string; saleId: string }) {
  const { cancel: words } = officeWords;
  const [isAsking, setIsAsking] = useState(false);
  const sale = useOperatorQuery<OperatorSaleBody>(`/api/admin/sales/${saleId}`);
  const cancel = useOperatorChange<Confirmed, CancelledOrderBody>({
    request: (body) => ({ method: 'POST', path: `/api/admin/orders/${orderId}/cancel`, body }),
    touches: ['/api/admin/search', '/api/admin/attempts', '/api/admin/sales', '/api/admin/audit'],
    told: ({ quantity }) => words.done(formatUnits(quantity)),
    onDone: () => setIsAsking(false),
  });
  return (
    <div className="form-actions">
      <button type="button" disabled={!sale.data} onClick={() => setIsAsking(true)}>
        {words.cancel}
      </button>
      {isAsking && sale.data && (
        <ConfirmDialog
          title={words.title}
          text={words.text}
          confirmLabel={words.cancel}
          cancelLabel={words.keep}
          nameToType={sale.data.name}
          isReasonNeeded
          change={cancel}
          onConfirm={(confirmed) => cancel.mutate(confirmed)}
          onCancel={() => {
            cancel.reset();
            setIsAsking(false);
          }}
        />
      )}
    </div>
  );
}
