import { useState } from 'react';
import type { StockChangeBody } from '../../../../src/contracts/operator-http.ts';
import { formatCount } from '../../lib/format.ts';
import { deskWords } from '../../words/desk-words.ts';
import { ConfirmDialog, type Confirmed } from '../desk/confirm-dialog.tsx';
import { useOperatorChange } from '../desk/use-operator-change.ts';

export interface SteerDialogProps {
  sale: { saleId: string; name: string };
  onDone: () => void;
  onCancel: () => void;
}

/** Puts units on sale, or takes them off: for that the sale's name is typed. */
export function StockDialog({ sale: { saleId, name }, onDone, onCancel }: SteerDialogProps) {
  const { steer: words } = deskWords;
  const [delta, setDelta] = useState('');
  const change = useOperatorChange<Confirmed & { delta: number }, StockChangeBody>({
    request: (body) => ({ method: 'POST', path: `/api/admin/sales/${saleId}/stock`, body }),
    touches: ['/api/admin/sales', '/api/admin/audit'],
    told: ({ stock }) => words.done.stock(formatCount(stock.total)),
    onDone,
  });
  return (
    <ConfirmDialog
      title={words.stockTitle}
      text={words.stockText}
      confirmLabel={words.stock}
      nameToType={Number(delta) < 0 ? name : undefined}
      isReasonNeeded
      change={change}
      onConfirm={(confirmed) => change.mutate({ ...confirmed, delta: Number(delta) })}
      onCancel={onCancel}
    >
      <label>
        {words.delta}
        <input
          name="delta"
          type="number"
          step={1}
          min={-10_000_000}
          max={10_000_000}
          required
          value={delta}
          onChange={(event) => setDelta(event.target.value)}
        />
      </label>
    </ConfirmDialog>
  );
}
