import { describe, expect, it } from '@jest/globals';
import { SCENE_NOW, SCENES } from '../../app/components-page/scenes.ts';
import { IDLE, type PurchaseState } from './purchase-state.ts';
import { standingOf, type StandingInput } from './standing.ts';
import { anAttempt } from './testing/an-attempt.ts';

const stand = (fields: Partial<StandingInput> = {}) =>
  standingOf({
    saleState: 'open',
    purchase: IDLE,
    role: 'shopper',
    boughtUnits: 0,
    perShopperLimit: 1,
    isReachable: true,
    nowMs: 0,
    ...fields,
  });
const refused = (
  code: Extract<PurchaseState, { phase: 'refused' }>['code'],
  retryAt?: number,
): PurchaseState => ({
  phase: 'refused',
  code,
  remaining: undefined,
  retryAt,
});

describe('standingOf', () => {
  it('is the sale’s own state for a shopper who has done nothing', () => {
    for (const saleState of ['scheduled', 'open', 'paused', 'sold_out', 'ended'] as const)
      expect(stand({ saleState }).kind).toBe(saleState);
  });

  it('tells what came of the shopper’s wish before anything else', () => {
    const purchase: PurchaseState = { phase: 'decided', attempt: anAttempt({ status: 'confirmed' }) };
    expect(stand({ purchase, saleState: 'ended', boughtUnits: 1, isReachable: false }).kind).toBe(
      'confirmed',
    );
  });

  it('says that we are checking whenever a try may have counted', () => {
    for (const setback of [
      'unreachable',
      'outcome_unknown',
      'service_unavailable',
      'internal_error',
    ] as const)
      expect(stand({ purchase: { phase: 'asking', quantity: 1, setback } }).kind).toBe('checking');
  });

  it('counts down after too many tries, then lets the shopper go on', () => {
    const purchase = refused('rate_limited', 8_000);
    expect(stand({ purchase, nowMs: 500 })).toMatchObject({ kind: 'rate_limited', backInSec: 8 });
    expect(stand({ purchase, nowMs: 8_000 }).kind).toBe('open');
  });

  it('tells who bought all they may that they have theirs, and nobody else', () => {
    expect(stand({ boughtUnits: 1 }).kind).toBe('already_bought');
    expect(stand({ boughtUnits: 1, perShopperLimit: 2 }).kind).toBe('open');
  });

  it('shows each state of the components page as another standing', () => {
    const kinds = SCENES.map((scene) =>
      JSON.stringify(
        standingOf({
          ...scene,
          saleState: scene.status.state,
          perShopperLimit: scene.status.perShopperLimit,
          nowMs: SCENE_NOW,
        }),
      ),
    );
    // Units that came back, a clock that is off and a message are told beside the standing of a sale.
    expect(new Set(kinds).size).toBe(SCENES.length - 3);
  });
});
