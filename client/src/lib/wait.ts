/** Resolves after `ms`, or at once when the signal aborts; the caller looks at the signal. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

/** A call and not the property, because the compiler takes a property that was false before an `await` for still false. */
export function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}
