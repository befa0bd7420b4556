import { useSession } from '../../lib/services.ts';

/** Says why somebody who was signed in is not any more. */
export function ExpiredNotice() {
  const { expired } = useSession();
  return (
    <div role="status">
      {expired && (
        <p className="notice notice-warn" data-testid="expired">
          You were signed out because your session is no longer valid. Sign in again to go on.
        </p>
      )}
    </div>
  );
}
