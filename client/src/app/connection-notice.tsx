import { useEffect, useState } from 'react';
import { Picture } from '../components/picture.tsx';
import { useIsLive } from '../lib/services.ts';
import { words } from '../words/words.ts';

/** A socket takes a moment to connect, and to change hands at sign-in: that is not worth a word. */
const PATIENCE_MS = 2_500;

/** Says that figures come by polling while the socket is away. */
export function ConnectionNotice() {
  const isLive = useIsLive();
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    if (isLive) return;
    const timer = setTimeout(() => setIsLate(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setIsLate(false);
    };
  }, [isLive]);
  return (
    <div role="status">
      {!isLive && isLate && (
        <p className="connection" data-testid="connection">
          <Picture name="turn" />
          {words.shell.reconnecting}
        </p>
      )}
    </div>
  );
}
