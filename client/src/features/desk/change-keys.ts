import type { Request } from '../../lib/http.ts';
import { randomKey } from '../../lib/random-key.ts';

/** The `Idempotency-Key` of what is being changed: one for a change and all its repeats, another for the next. */
export interface ChangeKeys {
  keyFor: (request: Pick<Request, 'method' | 'path' | 'body'>) => string;
  /** The change is made: who wishes the same once more wishes it twice. */
  forget: () => void;
}

interface KeptKey {
  print: string;
  key: string;
}

/** Where a key outlives the page. */
export interface KeyPlace {
  read: () => KeptKey | undefined;
  write: (kept: KeptKey | undefined) => void;
}

/**
 * Makes the key before the first request, and gives it to every request for the same.
 *
 * @param place  where it is kept; without one it goes with the page
 */
export function createChangeKeys(
  makeKey: () => string = randomKey,
  place: KeyPlace = createMemoryPlace(),
): ChangeKeys {
  return {
    keyFor: (request) => {
      const print = printOf(request);
      const kept = place.read();
      if (kept?.print === print) return kept.key;
      const key = makeKey();
      place.write({ print, key });
      return key;
    },
    forget: () => place.write(undefined),
  };
}

function createMemoryPlace(): KeyPlace {
  let kept: KeptKey | undefined;
  return {
    read: () => kept,
    write: (next) => {
      kept = next;
    },
  };
}

/**
 * Keeps a key in the tab's storage: a form that comes back after its page was loaded again is sent as the same change.
 *
 * @param storage  one that is full or forbidden keeps nothing beyond the page
 */
export function createTabPlace(
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  id: string,
): KeyPlace {
  const name = `stampede.key.${id}`;
  const memory = createMemoryPlace();
  return {
    read: () => {
      try {
        const kept = JSON.parse(storage.getItem(name) ?? 'null') as Partial<KeptKey> | null;
        if (kept?.print !== undefined && kept.key !== undefined) return { print: kept.print, key: kept.key };
      } catch {
        // It is none of ours.
      }
      return memory.read();
    },
    write: (next) => {
      memory.write(next);
      try {
        if (next) storage.setItem(name, JSON.stringify(next));
        else storage.removeItem(name);
      } catch {
        // The page has it.
      }
    },
  };
}

function printOf({ method, path, body }: Pick<Request, 'method' | 'path' | 'body'>): string {
  const print = body instanceof Blob ? fileOf(body) : body;
  return JSON.stringify([method, path, print]);
}

/** A file that is chosen anew is the same one while nothing of it changed. */
function fileOf(blob: Blob) {
  const { name, lastModified } = blob as Partial<File>;
  return [name, lastModified, blob.size, blob.type];
}
