import { RefusalError } from '../../errors/refusal.ts';
import { commitHeld, type ChangeStockDeps } from './change-stock.ts';
import { readHeld } from './held-units.ts';

/** Longer than whoever holds units needs for its transaction (its statements take 5 s at most), ms. */
const LEFT_AFTER_MS = 6_000;

/**
 * Finishes changes of stock that were left half-way: their units are held at the gate, and who held them is gone. The
 * change is made as it was asked for, under its own id, or its units go back on sale when PostgreSQL refuses it.
 */
export async function finishHeld(
  deps: Pick<ChangeStockDeps, 'db' | 'redis' | 'clock' | 'logger'>,
  sale: { saleId: string; stockId: string; epoch: number },
): Promise<void> {
  const before = deps.clock.now() - LEFT_AFTER_MS;
  for (const held of await readHeld(deps.redis, sale)) {
    if (held.heldAtMs > before) continue;
    const { saleId, changeId, units } = held;
    try {
      const answer = await commitHeld(deps, held);
      if (answer) deps.logger.info('a change of stock is finished', { saleId, changeId, units });
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error;
      deps.logger.warn('a change of stock is given up', {
        saleId,
        changeId,
        units,
        code: error.refusal.code,
      });
    }
  }
}
