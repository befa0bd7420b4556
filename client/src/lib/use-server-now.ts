import { useEffect, useState } from 'react';
import { useServices } from './services.ts';

/** The server's time, in milliseconds since 1970, renewed at each of its full seconds. */
export function useServerNow(): number {
  const { clock } = useServices();
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const current = clock.now();
      setNow(current);
      // A few milliseconds late rather than early: a timer that fires early would show the old second again.
      timer = setTimeout(tick, 1_005 - (current % 1_000));
    };
    tick();
    return () => clearTimeout(timer);
  }, [clock]);
  return now;
}
