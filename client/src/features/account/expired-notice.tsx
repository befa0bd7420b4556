import { useSession } from '../../lib/services.ts';
import { words } from '../../words/words.ts';

/** Says why somebody who was signed in is not any more. */
export function ExpiredNotice() {
  const { expired } = useSession();
  return (
    <div role="status">
      {expired && (
        <p className="notice notice-warn" data-testid="expired">
          {words.account.expired}
        </p>
      )}
    </div>
  );
}
