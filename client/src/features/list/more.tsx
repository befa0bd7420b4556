import { useEffect, useRef } from 'react';
import { officeWords } from '../../words/office-words.ts';

/** What of a paged read decides whether there is more. */
interface Paged {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** The end of a list that has more: it comes when it is scrolled to, and for the keyboard there is a button. */
export function More({ of }: { of: Paged }) {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = of;
  const end = useRef<HTMLDivElement>(null);
  // A page that did not come is asked for by hand: the end in sight would ask without end.
  const comesByItself = hasNextPage && !isFetchingNextPage && !isFetchNextPageError;
  useEffect(() => {
    if (!end.current || !comesByItself) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) void fetchNextPage();
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [comesByItself, fetchNextPage]);

  const { list } = officeWords;
  if (!hasNextPage) return null;
  return (
    <div ref={end} className="more">
      <button type="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        {isFetchingNextPage ? list.loadingMore : list.more}
      </button>
      {isFetchNextPageError && <span role="alert">{list.moreFailed}</span>}
    </div>
  );
}
