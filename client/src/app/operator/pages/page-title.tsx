import { useEffect } from 'react';
import { words } from '../../../words/words.ts';

/** The heading of a page, and its name in the window's title. */
export function PageTitle({ title }: { title: string }) {
  useEffect(() => {
    document.title = `${title} · ${words.brand}`;
    return () => {
      document.title = words.brand;
    };
  }, [title]);
  return <h1>{title}</h1>;
}
