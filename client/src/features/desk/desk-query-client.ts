import { QueryClient } from '@tanstack/react-query';
import { OperatorError } from './operator-error.ts';

/** An answer is shown without asking again for so long, ms. */
const FRESH_MS = 3_000;
const MOST_REPEATS = 3;
const LONGEST_PAUSE_MS = 8_000;

/** Reads and changes of the desk: what may come through a little later is tried again, everything else is told at once. */
export function createDeskQueryClient(): QueryClient {
  const shared = {
    // The browser's own idea of being online is wrong behind many proxies: a request finds out.
    networkMode: 'always',
    retry: (repeats: number, error: Error) =>
      error instanceof OperatorError && error.isPassing && repeats < MOST_REPEATS,
    retryDelay: (repeats: number, error: Error) =>
      (error instanceof OperatorError ? error.retryAfterMs : undefined) ??
      Math.min(LONGEST_PAUSE_MS, 500 * 2 ** repeats),
  } as const;
  return new QueryClient({
    defaultOptions: { queries: { ...shared, staleTime: FRESH_MS }, mutations: shared },
  });
}
