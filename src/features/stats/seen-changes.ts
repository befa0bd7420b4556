import type { LiveEventBody } from '../../contracts/live-http.ts';
import type { Repair } from '../../infrastructure/metrics/repairs.ts';

/** What fails or heals by itself, as it was last seen; whoever records next goes on from it. */
export interface Seen {
  /** Process id → what it is called: `api 4711`. */
  processes: Record<string, string>;
  repairs: Record<Repair, number>;
  jobsSetAside: number;
  /** Sale id → epoch of its gate, and how many of its attempts were set aside. */
  sales: Record<string, { epoch: number; setAside: number }>;
}

type Happening = Omit<LiveEventBody, 'id' | 'at'>;

const TOLD_REPAIRS = {
  unitsCorrected: 'units_corrected',
  batchesEnqueuedAgain: 'batches_enqueued_again',
  attemptsAdopted: 'attempts_adopted',
} as const;

/** What happened between two looks. A first look is compared with nothing: it has seen nothing begin. */
export function changesBetween(before: Seen | null, now: Seen): Happening[] {
  if (!before) return [];
  const happened: Happening[] = [];
  for (const [id, process] of Object.entries(now.processes))
    if (before.processes[id] === undefined) happened.push({ kind: 'process_started', process });
  for (const [id, process] of Object.entries(before.processes))
    if (now.processes[id] === undefined) happened.push({ kind: 'process_ended', process });
  for (const [repair, kind] of Object.entries(TOLD_REPAIRS) as [
    keyof typeof TOLD_REPAIRS,
    Happening['kind'],
  ][]) {
    const count = now.repairs[repair] - before.repairs[repair];
    if (count > 0) happened.push({ kind, count });
  }
  const jobs = now.jobsSetAside - before.jobsSetAside;
  if (jobs > 0) happened.push({ kind: 'jobs_set_aside', count: jobs });
  for (const [saleId, sale] of Object.entries(now.sales)) {
    const had = before.sales[saleId];
    if (!had) continue;
    // The first gate of a sale is its opening, not a repair.
    if (had.epoch > 0 && sale.epoch > had.epoch) happened.push({ kind: 'gate_rebuilt', saleId });
    const setAside = sale.setAside - had.setAside;
    if (setAside > 0) happened.push({ kind: 'attempts_set_aside', saleId, count: setAside });
  }
  return happened;
}
