import { signal } from '../../../src/infrastructure/embedded/process-table.ts';
import type { Seller } from '../contender.ts';
import type { Measurement } from '../measurement.ts';
import { watchSale } from '../watch-sale.ts';
import * as shared from './round.ts';

const FILLED_WITHIN_SEC = 60;

/**
 * (b) A backlog is admitted while the workers stand still (SIGSTOP); then they go on, and the time until the last of it
 * is committed counts.
 */
export async function drain(round: shared.Round, seller: Seller): Promise<Measurement> {
  const amount = round.scale.backlog[seller.name === 'naive' ? 'naive' : 'stampede'];
  const saleId = await seller.openSale(amount);
  const { worker: workers = [] } = await seller.pids();
  const signalAll = (name: 'SIGSTOP' | 'SIGCONT'): void => workers.forEach((pid) => signal(pid, name));
  signalAll('SIGSTOP');
  try {
    const filled = await round.generator.run({
      ...{ url: seller.url, path: shared.ATTEMPT_PATH, connections: round.scale.connections },
      seconds: FILLED_WITHIN_SEC,
      attempts: { ...shared.attemptsAt(round, seller, 'drain', saleId), amount },
    });
    const { queued } = await seller.readProgress(saleId);
    const metered = await shared.meterUsage(seller);
    const watch = watchSale(seller, saleId, 20);
    const startedAt = Date.now();
    signalAll('SIGCONT');
    const soldAt = await watch.whenSold(queued, shared.DRAINED_WITHIN_MS);
    const usage = await metered();
    const samples = await watch.stop();
    const drained = await seller.waitForDrain(saleId, shared.DRAINED_WITHIN_MS);
    const { counts, invariants } = await shared.concludeSale(seller, saleId, {
      ...{ drained: drained && soldAt !== null, accepted: filled.accepted },
    });
    return shared.measurementOf(round, seller, 'drain', {
      figures: {
        ...(soldAt === null ? {} : { drainedPerSec: (queued / Math.max(1, soldAt - startedAt)) * 1000 }),
        backlog: queued,
        ...shared.cpuPer(queued, usage),
      },
      counts: { ...shared.countsOf(filled), ...counts },
      ...{ usage, samples, invariants },
    });
  } finally {
    signalAll('SIGCONT');
  }
}
