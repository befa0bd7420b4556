import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useServices, useSession } from '../../lib/services.ts';
import { createLiveFeed, type LiveFeed, type LiveFeedState } from './live-feed.ts';

/** Follows a sale while somebody is signed in; what was known stays while nobody is. */
export function useLiveFeed(saleId: string): { state: LiveFeedState; feed: LiveFeed } {
  const { http, live } = useServices();
  const isSignedIn = useSession().signedIn !== undefined;
  const feed = useMemo(() => createLiveFeed({ http, live }, saleId), [http, live, saleId]);
  useEffect(() => (isSignedIn ? feed.start() : undefined), [feed, isSignedIn]);
  return { state: useSyncExternalStore(feed.subscribe, feed.current), feed };
}
