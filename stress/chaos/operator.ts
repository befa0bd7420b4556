import type { Services } from '../../src/commands/lib/open-services.ts';
import { RefusalError } from '../../src/errors/refusal.ts';
import { createEnsureGate } from '../../src/features/purchase/rebuild.ts';
import { changeSaleState } from '../../src/features/sale/sale.service.ts';
import { changeStock } from '../../src/features/stock/change-stock.ts';
import { silentLogger } from '../../src/infrastructure/logging/logger.ts';

/** What an operator does at the peak; in force everywhere on return. */
export interface Operator {
  pause(saleId: string): Promise<void>;
  resume(saleId: string): Promise<void>;
  stop(saleId: string): Promise<void>;
  /** Puts units on sale, or takes them off. @returns whether it was done: what is sold or promised cannot be taken */
  changeStock(saleId: string, delta: number): Promise<boolean>;
}

const REASON = 'npm run chaos';

/** @param services  as they are just now */
export function createOperator(services: () => Services): Operator {
  const change =
    (state: 'paused' | 'active' | 'stopped') =>
    async (saleId: string): Promise<void> => {
      await changeSaleState(services(), saleId, state, { actorId: null, reason: REASON });
    };
  return {
    pause: change('paused'),
    resume: change('active'),
    stop: change('stopped'),
    async changeStock(saleId, delta) {
      const { db, redis, runId } = services();
      const { rows } = await db.raw<{ rows: { id: string; name: string }[] }>(
        `insert into users (email, name, role) values (gen_random_uuid() || '@operators.invalid', 'Operator', 'operator')
         returning id, (select name from flash_sales where id = ?)`,
        [saleId],
      );
      const { id: actorId, name: confirm } = rows[0] as { id: string; name: string };
      const ensureGate = createEnsureGate({ db, redis, runId, logger: silentLogger });
      const actor = { actorId, reason: REASON };
      try {
        await changeStock(
          { db, redis, runId, clock: Date, ensureGate, logger: silentLogger },
          saleId,
          { delta, confirm },
          { actor, key: null, fingerprint: '' },
        );
        return true;
      } catch (error) {
        if (error instanceof RefusalError) return false;
        throw error;
      }
    },
  };
}
