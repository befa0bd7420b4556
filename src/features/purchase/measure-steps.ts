import type { Meters } from '../../infrastructure/metrics/meters.ts';
import type { Admit } from './admit.ts';
import type { Settle } from './settle.ts';

/** The same admit, with the size of its batches measured. */
export function measureAdmit(admit: Admit, meters: Meters): Admit {
  return (saleId, epoch, batchId, attempts) => {
    meters.observe('stampede_gate_batch_attempts', [], attempts.length);
    return admit(saleId, epoch, batchId, attempts);
  };
}

/** The same settle, with the size and the time of its transactions measured, bisected ones as one. */
export function measureSettle(settle: Settle, meters: Meters): Settle {
  return async (saleId, stockId, attempts) => {
    meters.observe('stampede_settle_batch_attempts', [], attempts.length);
    const startedAt = performance.now();
    try {
      return await settle(saleId, stockId, attempts);
    } finally {
      meters.observe('stampede_settle_connection_hold_seconds', [], (performance.now() - startedAt) / 1000);
    }
  };
}
