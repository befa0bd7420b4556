import type { OperatorSaleBody } from '../../../../src/contracts/operator-http.ts';
import { deskWords } from '../../words/desk-words.ts';
import { ConfirmDialog, type Confirmed } from '../desk/confirm-dialog.tsx';
import { useOperatorChange } from '../desk/use-operator-change.ts';
import type { AskedState, SaleStep } from './sale-steps.ts';

export interface StepDialogProps {
  sale: { saleId: string; name: string };
  step: SaleStep;
  /** Told at once when it is asked for, again with its version when it is done, and with nothing when it is refused. */
  onAsked: (asked: AskedState | undefined) => void;
  onDone: () => void;
  onCancel: () => void;
}

/** Asks for a step of a sale, with a reason, and with its name where it is for good. */
export function StepDialog({ sale: { saleId, name }, step, onAsked, onDone, onCancel }: StepDialogProps) {
  const change = useOperatorChange<Confirmed, OperatorSaleBody>({
    request: (body) => ({ method: 'POST', path: `/api/admin/sales/${saleId}/${step.verb}`, body }),
    touches: ['/api/admin/sales', '/api/admin/audit'],
    told: () => step.told,
    onDone: ({ state, version }) => {
      onAsked({ state, version });
      onDone();
    },
  });
  return (
    <ConfirmDialog
      title={step.title}
      text={step.text}
      confirmLabel={deskWords.steer[step.verb]}
      nameToType={step.isForGood ? name : undefined}
      isReasonNeeded={step.isForGood}
      change={change}
      onConfirm={(confirmed) => {
        onAsked({ state: step.to });
        change.mutate(confirmed, { onError: () => onAsked(undefined) });
      }}
      onCancel={onCancel}
    />
  );
}
