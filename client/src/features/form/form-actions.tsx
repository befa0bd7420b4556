import type { ReactNode } from 'react';

/** The button that sends a form, and what stands beside it. */
export function FormActions({
  label,
  isPending,
  isIdle = false,
  children,
}: {
  label: string;
  isPending: boolean;
  /** There is nothing to send. */
  isIdle?: boolean;
  children?: ReactNode;
}) {
  return (
    <div className="form-actions">
      <button type="submit" className="button-main" disabled={isPending || isIdle}>
        {label}
      </button>
      {children}
    </div>
  );
}
