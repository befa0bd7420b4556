import type { GateFacts, StoredFacts } from './purchase.invariants.facts.ts';

/** One promise, checked: `detail` tells the figures it was judged by. */
export interface Verdict {
  id: string;
  ok: boolean;
  detail: string;
}

/** Everything is decided within this time once nothing is broken any more, ms. */
const DECIDED_WITHIN_MS = 10_000;

export function checkOversell({ total, sold, orderedUnits }: StoredFacts): Verdict {
  return {
    id: 'I1',
    ok: sold <= total && sold === orderedUnits,
    detail: `${sold} of ${total} units sold, ${orderedUnits} in confirmed orders`,
  };
}

export function checkUndersell(stored: StoredFacts, { gate, isKept }: GateFacts): Verdict {
  const id = 'I2';
  if (!gate) {
    return isKept
      ? { id, ok: false, detail: 'there is no open gate to compare with' }
      : { id, ok: true, detail: 'the gate has expired with its sale: no unit can be promised' };
  }
  if (!gate.drift) {
    return { id, ok: true, detail: `not measured while ${gate.inflightCount} attempts are in flight` };
  }
  const { drift } = gate.drift;
  const left = stored.total - stored.sold;
  const units = `${left} units unsold, ${gate.tokens} at the gate, ${gate.inflightCount} attempts in flight, drift ${drift}`;
  if (drift !== 0) return { id, ok: false, detail: units };
  // Demand was there, nothing came back and nothing had to fit: then every unit found its shopper.
  const hadDemand = gate.soldOutRefusals > 0;
  const isPlain = stored.rejected + stored.cancelledOrders + stored.operatorMovements + stored.notOfOne === 0;
  if (gate.inflightCount === 0 && hadDemand && isPlain && left !== 0) {
    return { id, ok: false, detail: `${gate.soldOutRefusals} were told sold out with ${units}` };
  }
  return { id, ok: true, detail: units };
}

export function checkOneOutcome(stored: StoredFacts): Verdict {
  const { confirmed, rejected, confirmedWithoutOrder, rejectedWithOrder } = stored;
  return {
    id: 'I4',
    ok: confirmedWithoutOrder === 0 && rejectedWithOrder === 0,
    detail:
      `${confirmed} confirmed and ${rejected} rejected; ` +
      `${confirmedWithoutOrder} confirmed without their order, ${rejectedWithOrder} rejected with one`,
  };
}

export function checkLimit({ perShopperLimit, shoppersOverLimit }: StoredFacts): Verdict {
  return {
    id: 'I6',
    ok: shoppersOverLimit === 0,
    detail: `${shoppersOverLimit} shoppers have more than ${perShopperLimit}`,
  };
}

export function checkWindow({ outsideWindow, attempts }: StoredFacts): Verdict {
  return {
    id: 'I7',
    ok: outsideWindow === 0,
    detail: `${outsideWindow} of ${attempts} attempts admitted outside the window`,
  };
}

export function checkOrder({ outOfOrder, surplusRefusals }: StoredFacts): Verdict {
  return {
    id: 'I8',
    ok: outOfOrder === 0,
    detail: `${outOfOrder} attempts numbered before an earlier one; ${surplusRefusals} surplus refusals`,
  };
}

export function checkConservation({ movedUnits, total, sold }: StoredFacts): Verdict {
  return {
    id: 'I9',
    ok: movedUnits === total - sold,
    detail: `movements sum to ${movedUnits}, ${total - sold} units are unsold`,
  };
}

export function checkPromptness({ gate }: GateFacts): Verdict {
  const oldestMs = gate?.oldestInflightMs ?? 0;
  const count = gate?.inflightCount ?? 0;
  return {
    id: 'I11',
    ok: oldestMs <= DECIDED_WITHIN_MS,
    detail: count === 0 ? 'nothing is in flight' : `${count} in flight, the oldest for ${oldestMs} ms`,
  };
}

export function checkBounds(
  { gate, keysWithoutExpiry }: GateFacts,
  maxInflight: number | undefined,
): Verdict {
  const count = gate?.inflightCount ?? 0;
  const bound = maxInflight === undefined ? '' : ` of at most ${maxInflight}`;
  const [first] = keysWithoutExpiry;
  return {
    id: 'I12',
    ok: keysWithoutExpiry.length === 0 && (maxInflight === undefined || count <= maxInflight),
    detail:
      `${count}${bound} in flight, ${keysWithoutExpiry.length} keys never expire` +
      (first === undefined ? '' : ` (${first})`),
  };
}
