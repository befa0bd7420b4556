import { useEffect, useState } from 'react';
import { useServices } from './services.ts';

const NO_MOMENTS: readonly string[] = [];
/** A timer that fires early would show the moment before again. */
const LATE_RATHER_THAN_EARLY_MS = 4;

/**
 * The server's time, in milliseconds since 1970, renewed at each of its full seconds and at the given moments: a button
 * arms when its sale opens, not at the next full second.
 */
export function useServerNow(moments: readonly string[] = NO_MOMENTS): number {
  const { clock } = useServices();
  const [now, setNow] = useState(() => clock.now());
  const momentList = moments.join();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const current = clock.now();
      setNow(current);
      const waits = momentList.split(',').map((moment) => Date.parse(moment) - current);
      const next = Math.min(1_000 - (current % 1_000), ...waits.filter((ms) => ms > 0));
      timer = setTimeout(tick, next + LATE_RATHER_THAN_EARLY_MS);
    };
    tick();
    return () => clearTimeout(timer);
  }, [clock, momentList]);
  return now;
}
