import * as Toast from '@radix-ui/react-toast';
import { createContext, useCallback, useContext, useState, type ReactNode } from 'react';
import { deskWords } from '../../words/desk-words.ts';

export interface Telling {
  title: string;
  text?: string;
  tone?: 'good' | 'bad';
}

interface Told extends Telling {
  id: number;
}

const SHOWN_MS = 6_000;

const TellContext = createContext<((telling: Telling) => void) | undefined>(undefined);

/** Tells what was done, in a corner of the desk and to screen readers; the same function at every rendering. */
export function useTell(): (telling: Telling) => void {
  const tell = useContext(TellContext);
  if (!tell) throw new Error('useTell needs a Toasts around it');
  return tell;
}

export function Toasts({ children }: { children: ReactNode }) {
  const [told, setTold] = useState<Told[]>([]);
  const tell = useCallback((telling: Telling) => {
    setTold((before) => [...before, { ...telling, id: (before.at(-1)?.id ?? 0) + 1 }]);
  }, []);
  return (
    <TellContext value={tell}>
      <Toast.Provider label={deskWords.toasts.one} duration={SHOWN_MS}>
        {children}
        {told.map(({ id, title, text, tone = 'good' }) => (
          <Toast.Root
            key={id}
            className={`toast toast-${tone}`}
            data-testid="toast"
            onOpenChange={(isOpen) => {
              if (!isOpen) setTold((before) => before.filter((one) => one.id !== id));
            }}
          >
            <Toast.Title className="toast-title">{title}</Toast.Title>
            {text !== undefined && <Toast.Description className="toast-text">{text}</Toast.Description>}
            <Toast.Close className="button-plain toast-close" aria-label={deskWords.toasts.close}>
              ×
            </Toast.Close>
          </Toast.Root>
        ))}
        <Toast.Viewport className="toasts" label={deskWords.toasts.all} />
      </Toast.Provider>
    </TellContext>
  );
}
