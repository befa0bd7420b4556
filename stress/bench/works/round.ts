import type { JournalEntry } from '../../../src/features/purchase/journal.ts';
import type { Contender, Seller } from '../contender.ts';
import type { Contenders } from '../start-contenders.ts';
import type { AttemptLoad, Generator, LoadResult } from '../load.ts';
import type { GrowthWorkName, Measurement, SeenWorkName, WorkName } from '../measurement.ts';
import { beginLoopDelays, endLoopDelays } from '../loop-delays.ts';
import { readUsage, usageBetween, type RoleUsage } from '../process-usage.ts';
import { readSettled, type Settled } from '../read-settled.ts';

/** How much of each work a run does. */
export interface Scale {
  shoppers: number;
  /** Of a closed loop. */
  connections: number;
  /** Of a load that goes by time. */
  seconds: number;
  /** Requests at most in a load that goes by time; absent: as many as fit. */
  mostRequests?: number;
  /** Attempts at most that it has to settle beside a load: it needs a second for about a thousand. */
  mostSettledByNaive: number;
  backlog: { stampede: number; naive: number };
  insertedRows: number;
  drop: { units: number; shoppers: number };
  sockets: { clients: number; units: number };
  /** How often each size is sold: the median counts. */
  growth: Partial<Record<GrowthWorkName, number>>;
  seen: Record<SeenWorkName, SeenScale>;
}

/** What shoppers see at a rate that is below what is possible. */
export interface SeenScale {
  units: number;
  shoppers: number;
  perSec: number;
  /** Of the first to come, spread over all who win. */
  listeners: number;
}

/** Of the open loops, and of the closed ones unless the run is told otherwise: those of the whole drop. */
export const CONNECTIONS = 256;
/** A contender that has not settled everything after this long has failed, ms. */
export const DRAINED_WITHIN_MS = 180_000;
export const ATTEMPT_PATH = '/api/purchase/attempt';

/** What a work needs. */
export interface Round {
  number: number;
  contenders: Contenders;
  generator: Generator;
  scale: Scale;
}

/** Reads what the contender's processes use from now until the returned function is called. */
export async function meterUsage(contender: Contender): Promise<() => Promise<RoleUsage>> {
  const pidsBefore = await contender.pids();
  await beginLoopDelays(pidsBefore);
  const before = await readUsage(pidsBefore);
  return async () => {
    const pids = await contender.pids();
    const usage = usageBetween(before, await readUsage(pids));
    for (const [role, loopDelaysMs] of Object.entries(await endLoopDelays(pids))) {
      if (usage[role]) usage[role].loopDelaysMs = loopDelaysMs;
    }
    return usage;
  };
}

/** Attempts of this round's crowd at one sale, never with a key that was used before. */
export function attemptsAt(
  { number, contenders }: Round,
  contender: Contender,
  work: WorkName,
  saleId: string,
): AttemptLoad {
  return {
    body: JSON.stringify({ saleId }),
    tokensFile: contenders.crowd.tokensFile,
    keyPrefix: `${contender.name}-${work}-${number}-`,
  };
}

/** Processor time a request, µs: of our own processes, and of the stores. */
export function cpuPer(
  requests: number,
  usage: RoleUsage,
): Pick<Measurement['figures'], 'nodeCpuUs' | 'storeCpuUs'> {
  const sum = (roles: readonly string[]): number =>
    roles.reduce((seconds, role) => seconds + (usage[role]?.cpuSec ?? 0), 0);
  if (requests === 0) return {};
  return {
    nodeCpuUs: (sum(['api', 'worker', 'server']) / requests) * 1e6,
    storeCpuUs: (sum(['redis', 'postgres']) / requests) * 1e6,
  };
}

/** What every measurement has. */
export function measurementOf(
  round: Round,
  contender: Pick<Contender, 'name'>,
  work: WorkName,
  { figures, ...rest }: Pick<Measurement, 'figures'> & Partial<Measurement>,
): Measurement {
  return {
    contender: contender.name,
    work,
    round: round.number,
    figures,
    ...{ counts: {}, usage: {}, generatorBusy: null, samples: [], invariants: [] },
    ...rest,
  };
}

/** What the generator saw, in the words of a measurement. */
export function seen(result: LoadResult): Pick<Measurement, 'latencyMs' | 'generatorBusy'> {
  return { latencyMs: result.latencyMs, generatorBusy: result.generatorBusy };
}

export function countsOf(result: LoadResult): Record<string, number> {
  const { connect, read, write, timeout } = result.errors;
  return {
    'answered 2xx': result.accepted,
    'answered 4xx or 5xx': result.refused,
    'not answered': connect + read + write + timeout,
  };
}

/** What became of a sale whose load is over, told by the stores, and whether every promise held; then the seller forgets it. */
export async function concludeSale(
  seller: Seller,
  saleId: string,
  { drained, accepted, journal }: { drained: boolean; accepted: number; journal?: readonly JournalEntry[] },
): Promise<{
  settled: Settled;
  counts: Record<string, number>;
  admitted: number;
  invariants: Measurement['invariants'];
}> {
  const settled = await readSettled(seller.db, saleId);
  const counts = await seller.readCounts(saleId);
  const admitted = counts.admitted ?? 0;
  const decided = settled.confirmed + settled.rejected;
  const invariants = await judge(seller, saleId, {
    ...{ drained, accepted, admitted, decided },
    ...(journal ? { journal } : {}),
  });
  await seller.tidy(saleId);
  return { settled, counts, admitted, invariants };
}

/** Every promise of a drained sale, and that nobody was told of a purchase that is not there. */
export async function judge(
  seller: Seller,
  saleId: string,
  {
    drained,
    accepted,
    admitted,
    decided,
    journal,
  }: {
    drained: boolean;
    accepted: number;
    admitted: number;
    decided: number;
    journal?: readonly JournalEntry[];
  },
): Promise<Measurement['invariants']> {
  const checkedAt = new Date().toISOString();
  const detail = `${accepted} told accepted, ${admitted} admitted, ${decided} decided`;
  return [
    {
      id: 'drained',
      ok: drained,
      detail: drained ? 'nothing is in flight' : 'not drained in time',
      checkedAt,
    },
    { id: 'accepted', ok: accepted <= admitted && admitted === decided, detail, checkedAt },
    ...(await seller.checkPromises(saleId, journal)),
  ];
}
