/** A process that lived this long was healthy: its next death is a first one again. */
const healthyAfterMs = 10_000;
const maxDelayMs = 1_000;

/** How long to wait before a process that died is started again. */
export interface RestartDelay {
  /**
   * @param livedMs  how long the process lived that died just now
   * @returns milliseconds: 0 for a first death, then 100, 200, 400, 800, and 1,000 at most
   */
  next(livedMs: number): number;
}

/** Starts at once what dies for the first time, and spares the machine what dies again and again. */
export function createRestartDelay(): RestartDelay {
  let deathsInARow = 0;
  return {
    next(livedMs) {
      deathsInARow = livedMs >= healthyAfterMs ? 1 : deathsInARow + 1;
      return deathsInARow === 1 ? 0 : Math.min(100 * 2 ** (deathsInARow - 2), maxDelayMs);
    },
  };
}
