import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { OperatorError } from '../desk/operator-error.ts';

/**
 * Reads anew what was edited when the API says that somebody was faster: the form goes on from what it is now.
 *
 * @param path  of what is edited
 */
export function useOutdated(error: OperatorError | null, path: string): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    if (error?.problem?.code !== 'precondition_failed') return;
    void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === path });
  }, [error, path, queryClient]);
}
