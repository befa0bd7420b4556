import type { SaleState, SaleStatusBody } from '../../../../src/contracts/http.ts';

export interface SaleMoment {
  state: SaleState;
  /** What the countdown runs to; absent when there is nothing left to wait for. */
  next: { event: 'opens' | 'ends'; leftMs: number } | undefined;
}

/**
 * The sale at a moment of the server's clock. Start and end are known beforehand, so at those seconds the page turns by
 * itself, and the crowd does not ask for the snapshot all at once.
 */
export function saleMoment(status: SaleStatusBody, nowMs: number): SaleMoment {
  const untilStart = Date.parse(status.startsAt) - nowMs;
  const untilEnd = Date.parse(status.endsAt) - nowMs;
  if (status.state === 'ended' || untilEnd <= 0) return { state: 'ended', next: undefined };
  if (untilStart > 0) {
    const state = status.state === 'paused' ? 'paused' : 'scheduled';
    return { state, next: { event: 'opens', leftMs: untilStart } };
  }
  const state = status.state === 'scheduled' ? 'open' : status.state;
  return { state, next: { event: 'ends', leftMs: untilEnd } };
}
