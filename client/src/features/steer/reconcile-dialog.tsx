import type { ReconciledBody } from '../../../../src/contracts/operator-http.ts';
import { formatCount } from '../../lib/format.ts';
import { deskWords } from '../../words/desk-words.ts';
import { ConfirmDialog, type Confirmed } from '../desk/confirm-dialog.tsx';
import { useOperatorChange } from '../desk/use-operator-change.ts';
import type { SteerDialogProps } from './stock-dialog.tsx';

/** Has a sale's gate repaired now, and tells how its promises stand. */
export function ReconcileDialog({ sale: { saleId }, onDone, onCancel }: SteerDialogProps) {
  const { steer: words } = deskWords;
  const change = useOperatorChange<Confirmed, ReconciledBody>({
    request: (body) => ({ method: 'POST', path: `/api/admin/sales/${saleId}/reconcile`, body }),
    touches: ['/api/admin/sales', '/api/admin/audit'],
    told: ({ invariants }) => {
      const broken = invariants.filter(({ ok }) => !ok).length;
      return broken === 0 ? words.done.reconcile : words.done.reconcileBroken(formatCount(broken));
    },
    onDone,
  });
  return (
    <ConfirmDialog
      title={words.reconcileTitle}
      text={words.reconcileText}
      confirmLabel={words.reconcile}
      change={change}
      onConfirm={(confirmed) => change.mutate(confirmed)}
      onCancel={onCancel}
    />
  );
}
