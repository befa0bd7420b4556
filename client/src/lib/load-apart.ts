import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import { LOAD_AGAIN_MS, LOAD_TRIES } from '../config/timing.ts';
import { wait } from './wait.ts';

export interface Line {
  isAway: () => boolean;
  /** Resolves when it is back. */
  back: () => Promise<void>;
  pause: (ms: number) => Promise<void>;
}

const BROWSERS_LINE: Line = {
  isAway: () => !navigator.onLine,
  back: () => new Promise((resolve) => window.addEventListener('online', () => resolve(), { once: true })),
  pause: (ms) => wait(ms, new AbortController().signal),
};

/**
 * Loads a part as often as it takes while the line is away: what is on the page stays as it is meanwhile.
 *
 * @throws when the line is there and the part is not, after `LOAD_TRIES`
 */
export async function untilLoaded<Part>(load: () => Promise<Part>, line: Line): Promise<Part> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await load();
    } catch (error) {
      if (line.isAway()) await line.back();
      else if (tried < LOAD_TRIES) await line.pause(LOAD_AGAIN_MS);
      else throw error;
    }
  }
}

/** A component that is loaded when it is first shown. */
export function loadApart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => ({ default: await untilLoaded(load, BROWSERS_LINE) }));
}
