import type { Request } from '../../lib/http.ts';
import { randomKey } from '../../lib/random-key.ts';

/** The `Idempotency-Key` of what is being changed: one for a change and all its repeats, another for the next. */
export interface ChangeKeys {
  keyFor: (request: Pick<Request, 'method' | 'path' | 'body'>) => string;
  /** The change is made: who wishes the same once more wishes it twice. */
  forget: () => void;
}

/** Makes the key before the first request, and gives it to every request for the same. */
export function createChangeKeys(makeKey: () => string = randomKey): ChangeKeys {
  let kept: { print: string; key: string } | undefined;
  return {
    keyFor: (request) => {
      const print = printOf(request);
      if (kept?.print !== print) kept = { print, key: makeKey() };
      return kept.key;
    },
    forget: () => {
      kept = undefined;
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
