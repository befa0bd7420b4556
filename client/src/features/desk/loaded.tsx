import type { ReactNode } from 'react';
import { Picture, type PictureName } from '../../components/picture.tsx';
import { deskWords } from '../../words/desk-words.ts';
import { speakTrouble, type OperatorError } from './operator-error.ts';

/** A read of TanStack Query, or one that follows by itself. */
interface Read<Body> {
  data: Body | undefined;
  error: OperatorError | null;
  isFetching: boolean;
  refetch: () => unknown;
}

export interface LoadedProps<Body> {
  of: Read<Body>;
  children: (body: Body) => ReactNode;
}

/**
 * What was read, or why it is not there: loading, forbidden, not found, failing. When an answer is at hand and a later read
 * fails, the answer stays and a line says how old it may be.
 */
export function Loaded<Body>({ of: { data, error, refetch, isFetching }, children }: LoadedProps<Body>) {
  const { states } = deskWords;
  // What is signed out stands behind the sign-in form, with all that is typed into it.
  if (data !== undefined && (error === null || error.isPassing || error.isSignedOut))
    return (
      <>
        {error?.isPassing && (
          <p className="notice notice-warn" role="status">
            {states.stale}
          </p>
        )}
        {children(data)}
      </>
    );
  if (!error || error.isSignedOut) return <DeskState picture="turn" title={states.loading} isLoading />;
  if (error.isForbidden)
    return <DeskState picture="lock" title={states.forbidden} text={states.forbiddenText} />;
  if (error.isNotFound) return <DeskState picture="map" title={states.notFound} text={speakTrouble(error)} />;
  return (
    <DeskState picture="cut" title={states.failing} text={speakTrouble(error)}>
      <button type="button" className="button-main" disabled={isFetching} onClick={() => void refetch()}>
        {states.again}
      </button>
    </DeskState>
  );
}

export interface DeskStateProps {
  picture: PictureName;
  title: string;
  text?: string;
  isLoading?: boolean;
  /** It is all there is on the page: its title is the page's. */
  isPage?: boolean;
  children?: ReactNode;
}

/** A page, or a part of one, that has nothing to show: what is, and what to do next. */
export function DeskState({
  picture,
  title,
  text,
  isLoading = false,
  isPage = false,
  children,
}: DeskStateProps) {
  const Heading = isPage ? 'h1' : 'h2';
  return (
    <section className="empty desk-state" role="status" data-testid={isLoading ? 'loading' : 'desk-state'}>
      <Picture name={picture} />
      <Heading>{title}</Heading>
      {text !== undefined && <p>{text}</p>}
      {children}
    </section>
  );
}
