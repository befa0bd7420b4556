import { waitForDrain } from '../../src/commands/lib/wait-for-drain.ts';
import type { Stage } from './stage.ts';

const DRAINED_WITHIN_MS = 60_000;

/** Waits until everything admitted is decided. @returns whether it is so within 60 s */
export function drainStage({ services, sales }: Pick<Stage, 'services' | 'sales'>): Promise<boolean> {
  return waitForDrain(
    services,
    sales.map(({ saleId }) => saleId),
    DRAINED_WITHIN_MS,
  );
}
