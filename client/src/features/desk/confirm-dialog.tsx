import { useId, useState, type ReactNode } from 'react';
import { deskWords } from '../../words/desk-words.ts';
import { speakTrouble, type OperatorError } from './operator-error.ts';
import { useModal } from './use-modal.ts';

/** What the operator typed into the fields that every change has. */
export interface Confirmed {
  /** Absent when nothing was typed and nothing need be. */
  reason?: string;
  /** The sale's name as it was typed, where it must be. */
  confirm?: string;
}

export interface ConfirmDialogProps {
  title: string;
  text?: string;
  confirmLabel: string;
  /** Where “Cancel” would be a word of the change itself. */
  cancelLabel?: string;
  /** Set for what cannot be taken back: this name must be typed, letter by letter. */
  nameToType?: string | undefined;
  isReasonNeeded?: boolean;
  /** Of the change that the dialog asks for. */
  change: { isPending: boolean; error: OperatorError | null };
  /** Fields of its own, above the reason. */
  children?: ReactNode;
  onConfirm: (confirmed: Confirmed, fields: FormData) => void;
  onCancel: () => void;
}

/**
 * Asks before a change is made: is there while it is rendered. When the session ends it comes back after the sign-in with all
 * that was typed.
 */
export function ConfirmDialog({
  title,
  text,
  confirmLabel,
  cancelLabel = deskWords.dialog.cancel,
  nameToType,
  isReasonNeeded = false,
  change,
  children,
  onConfirm,
  onCancel,
}: ConfirmDialogProps) {
  const { dialog: words } = deskWords;
  const dialog = useModal();
  const titleId = useId();
  const [typed, setTyped] = useState('');

  return (
    <dialog
      ref={dialog}
      className="confirm"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onCancel();
      }}
    >
      <form
        className="fields"
        onSubmit={(event) => {
          event.preventDefault();
          const fields = new FormData(event.currentTarget);
          onConfirm(readConfirmed(fields), fields);
        }}
      >
        <h2 id={titleId}>{title}</h2>
        {text !== undefined && <p>{text}</p>}
        {children}
        <label>
          {isReasonNeeded ? words.reason : words.reasonOptional}
          <input name="reason" autoComplete="off" maxLength={500} required={isReasonNeeded} />
        </label>
        {nameToType !== undefined && (
          <label>
            {words.typeName(nameToType)}
            <input
              name="confirm"
              autoComplete="off"
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </label>
        )}
        <p role="alert" className={change.error ? 'notice notice-bad' : 'visually-hidden'}>
          {change.error && !change.error.isSignedOut && speakTrouble(change.error)}
        </p>
        <div className="dialog-row">
          <button type="button" onClick={onCancel}>
            {cancelLabel}
          </button>
          <button
            type="submit"
            className={nameToType === undefined ? 'button-main' : 'button-main button-harsh'}
            disabled={change.isPending || (nameToType !== undefined && typed !== nameToType)}
          >
            {change.isPending ? words.sending : confirmLabel}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function readConfirmed(fields: FormData): Confirmed {
  const text = (name: string) => {
    const value = fields.get(name);
    return typeof value === 'string' && value.trim() !== '' ? value : undefined;
  };
  const [reason, confirm] = [text('reason')?.trim(), text('confirm')];
  return { ...(reason !== undefined && { reason }), ...(confirm !== undefined && { confirm }) };
}
