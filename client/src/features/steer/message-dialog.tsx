import { deskWords } from '../../words/desk-words.ts';
import { ConfirmDialog, type Confirmed } from '../desk/confirm-dialog.tsx';
import { useOperatorChange } from '../desk/use-operator-change.ts';
import type { SteerDialogProps } from './stock-dialog.tsx';

const LONGEST = 280;

/** Tells everybody on the sale's page something, or takes it away. @param current  what they are told now */
export function MessageDialog({
  sale: { saleId },
  current = '',
  onDone,
  onCancel,
}: SteerDialogProps & { current?: string | undefined }) {
  const { steer: words } = deskWords;
  const change = useOperatorChange<Confirmed & { message: string }, unknown>({
    request: (body) => ({ method: 'POST', path: `/api/admin/sales/${saleId}/message`, body }),
    touches: ['/api/admin/sales', '/api/admin/audit'],
    told: (_body, { message }) => (message === '' ? words.done.unmessage : words.done.message),
    onDone,
  });
  return (
    <ConfirmDialog
      title={words.messageTitle}
      text={words.messageText}
      confirmLabel={words.message}
      isReasonNeeded
      change={change}
      onConfirm={(confirmed, fields) => {
        const message = fields.get('message');
        change.mutate({ ...confirmed, message: typeof message === 'string' ? message.trim() : '' });
      }}
      onCancel={onCancel}
    >
      <label>
        {words.messageField}
        <textarea name="message" rows={3} maxLength={LONGEST} defaultValue={current} />
      </label>
    </ConfirmDialog>
  );
}
