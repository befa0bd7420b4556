import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  type UseInfiniteQueryResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { useServices, useSession } from '../../lib/services.ts';
import { bodyOf, type OperatorError } from './operator-error.ts';

type Query = Record<string, string | undefined>;

export interface OperatorQueryOptions<Body = unknown> {
  query?: Query;
  /** Asked again this often, ms; or as the last answer asks for. */
  everyMs?: number | ((last: Body | undefined) => number | undefined);
  /** False: not asked yet. */
  isWanted?: boolean;
  /** What was read before is old at once. */
  isAlwaysAsked?: boolean;
  /** Show the last answer while one to another question is on its way. */
  keepsLast?: boolean;
}

/**
 * Reads from `/api/admin/…` and keeps the answer under its address: `touches` of a change names addresses. Nothing is
 * asked while nobody is signed in.
 */
export function useOperatorQuery<Body>(
  path: string,
  {
    query = {},
    everyMs,
    isWanted = true,
    isAlwaysAsked = false,
    keepsLast = false,
  }: OperatorQueryOptions<Body> = {},
): UseQueryResult<Body, OperatorError> {
  const { http } = useServices();
  const { signedIn } = useSession();
  return useQuery<Body, OperatorError>({
    queryKey: [path, query],
    queryFn: async ({ signal }) => bodyOf(await http<Body>({ method: 'GET', path, query, signal })),
    enabled: isWanted && signedIn !== undefined,
    ...(isAlwaysAsked && { staleTime: 0, gcTime: 0 }),
    ...(everyMs !== undefined && {
      refetchInterval: (read) => (typeof everyMs === 'number' ? everyMs : everyMs(read.state.data)),
    }),
    ...(keepsLast && { placeholderData: keepPreviousData }),
  });
}

/** The same for a list that the API gives a page at a time, with `nextCursor` while there is more. */
export function useOperatorPages<Page extends { nextCursor?: string }>(
  path: string,
  { query = {}, isWanted = true }: Pick<OperatorQueryOptions, 'query' | 'isWanted'> = {},
): UseInfiniteQueryResult<Page[], OperatorError> {
  const { http } = useServices();
  const { signedIn } = useSession();
  return useInfiniteQuery({
    queryKey: [path, query, 'pages'],
    queryFn: async ({ signal, pageParam }) =>
      bodyOf(await http<Page>({ method: 'GET', path, query: { ...query, cursor: pageParam }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page) => last.nextCursor,
    select: (read) => read.pages,
    enabled: isWanted && signedIn !== undefined,
  });
}
