import type { TimeBody } from '../../../src/contracts/http.ts';
import { CLOCK_QUESTIONS, CLOCK_ROUND_MS } from '../config/timing.ts';
import type { Http } from './http.ts';
import type { Live } from './live.ts';
import type { ServerClock, TimeSample } from './server-clock.ts';

export interface KeepTimeDeps {
  http: Http;
  live: Pick<Live, 'onConnect'>;
  clock: Pick<ServerClock, 'observeRound'>;
  monotonicMs: () => number;
  /** Calls back when the shopper comes back to the page. */
  onReturn: (listener: () => void) => void;
}

/**
 * Asks for the server's time now, at each connect and whenever the shopper comes back, several questions one after the
 * other; rounds that would come in quick succession are one.
 */
export function keepTime({ http, live, clock, monotonicMs, onReturn }: KeepTimeDeps): void {
  let lastRoundAt = -Infinity;
  const ask = async () => {
    if (monotonicMs() - lastRoundAt < CLOCK_ROUND_MS) return;
    lastRoundAt = monotonicMs();
    const samples: TimeSample[] = [];
    for (let question = 0; question < CLOCK_QUESTIONS; question += 1) {
      const askedAt = monotonicMs();
      const answer = await http<TimeBody>({ method: 'GET', path: '/api/flash-sale/time' });
      if (answer.kind === 'ok') {
        samples.push({ serverTime: answer.body.serverTime, askedAt, answeredAt: monotonicMs() });
      }
    }
    if (samples.length > 0) clock.observeRound(samples);
    else lastRoundAt = -Infinity;
  };
  void ask();
  live.onConnect(() => void ask());
  onReturn(() => void ask());
}
