import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { useState } from 'react';
import type { Request } from '../../lib/http.ts';
import { randomKey } from '../../lib/random-key.ts';
import { useServices } from '../../lib/services.ts';
import { createChangeKeys, createTabPlace } from './change-keys.ts';
import { bodyOf, type OperatorError } from './operator-error.ts';
import { useTell } from './toasts.tsx';

export interface OperatorChange<Wish, Body> {
  request: (wish: Wish) => Omit<Request, 'signal'>;
  /** Reads whose address begins with one of these are made anew. */
  touches: readonly string[];
  /** Names the form that is sent: its key is kept with what is typed into it, over a reload of the page. */
  keptAs?: string;
  /** What a toast tells when it was done. */
  told?: (body: Body, wish: Wish) => string;
  onDone?: (body: Body, wish: Wish) => void;
}

/**
 * Makes a change at the API, once: the `Idempotency-Key` is made before the first request and kept for its repeats, by
 * the desk itself while the API cannot be reached, and by the operator who presses the button again.
 */
export function useOperatorChange<Wish, Body>({
  request,
  touches,
  keptAs,
  told,
  onDone,
}: OperatorChange<Wish, Body>): UseMutationResult<Body, OperatorError, Wish> {
  const { http } = useServices();
  const queryClient = useQueryClient();
  const tell = useTell();
  const [keys] = useState(() =>
    createChangeKeys(randomKey, keptAs === undefined ? undefined : createTabPlace(sessionStorage, keptAs)),
  );
  return useMutation<Body, OperatorError, Wish>({
    mutationFn: async (wish) => {
      const asked = request(wish);
      const headers = { ...asked.headers, 'idempotency-key': keys.keyFor(asked) };
      return bodyOf(await http<Body>({ ...asked, headers }));
    },
    onSuccess: (body, wish) => {
      keys.forget();
      void queryClient.invalidateQueries({
        predicate: ({ queryKey: [path] }) =>
          typeof path === 'string' && touches.some((touched) => path.startsWith(touched)),
      });
      if (told) tell({ title: told(body, wish) });
      onDone?.(body, wish);
    },
  });
}
