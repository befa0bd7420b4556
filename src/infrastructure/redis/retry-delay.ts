/** How long a connection waits before it is tried again, ms. */
export function retryDelayMs(tries: number): number {
  return Math.min(50 * tries, 500);
}
