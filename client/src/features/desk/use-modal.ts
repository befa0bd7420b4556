import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react';
import { useSession } from '../../lib/services.ts';

/**
 * A dialog that is open while it is rendered, and gives the focus back. While nobody is signed in it steps aside, for it would
 * keep everybody from the sign-in form, and comes back as it was.
 */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  const isSignedIn = useSession().signedIn !== undefined;
  useEffect(() => {
    if (isSignedIn) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isSignedIn]);
  useLayoutEffect(() => {
    const shown = dialog.current;
    return () => shown?.close(); // while it is still in the page, so that the focus goes back
  }, []);
  return dialog;
}
