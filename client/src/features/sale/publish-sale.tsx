import { useState } from 'react';
import type { OperatorSaleBody } from '../../../../src/contracts/operator-http.ts';
import { formatMoment } from '../../lib/format.ts';
import { officeWords } from '../../words/office-words.ts';
import { ConfirmDialog, type Confirmed } from '../desk/confirm-dialog.tsx';
import { useOperatorChange } from '../desk/use-operator-change.ts';

/** Shows a draft to shoppers, after a question. */
export function PublishSale({ sale }: { sale: OperatorSaleBody }) {
  const { publish: words } = officeWords;
  const [isAsking, setIsAsking] = useState(false);
  const publish = useOperatorChange<Confirmed, OperatorSaleBody>({
    request: ({ reason }) => ({
      ...{ method: 'POST', path: `/api/admin/sales/${sale.saleId}/publish` },
      body: reason === undefined ? {} : { reason },
    }),
    touches: ['/api/admin/sales'],
    told: ({ name }) => words.done(name),
    onDone: () => setIsAsking(false),
  });
  return (
    <>
      <button type="button" className="button-main" onClick={() => setIsAsking(true)}>
        {words.publish}
      </button>
      {isAsking && (
        <ConfirmDialog
          title={words.title(sale.name)}
          text={words.text(formatMoment(sale.startsAt), formatMoment(sale.endsAt))}
          confirmLabel={words.publish}
          change={publish}
          onConfirm={(confirmed) => publish.mutate(confirmed)}
          onCancel={() => {
            publish.reset();
            setIsAsking(false);
          }}
        />
      )}
    </>
  );
}
