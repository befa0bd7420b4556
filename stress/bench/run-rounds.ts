import { awaitQuietHost } from './await-quiet-host.ts';
import type { Contenders } from './start-contenders.ts';
import type { Generator } from './load.ts';
import type { Measurement } from './measurement.ts';
import { readCoreTime, stolenShareBetween } from './machine.ts';
import { planRound, type RoundCost, type RoundPlan } from './plan-round.ts';
import { emptyGets, emptyPosts, plainInserts } from './works/ceilings.ts';
import { committed } from './works/committed.ts';
import { drain } from './works/drain.ts';
import { everybodyWins } from './works/everybody-wins.ts';
import { growth } from './works/growth.ts';
import type { Round, Scale } from './works/round.ts';
import { seen } from './works/seen.ts';
import { soldOut } from './works/sold-out.ts';
import { statusReads } from './works/status-reads.ts';
import { createOverload } from './works/overload.ts';
import { sockets } from './works/sockets.ts';
import { wholeDrop } from './works/whole-drop.ts';

export const PART_NAMES = [
  'wins',
  'drain',
  'sold-out',
  'reads',
  'drop',
  'seen',
  'sockets',
  'committed',
  'overload',
  'growth',
] as const;
/** These take an instance of their own and half a minute, whatever the scale. */
const LONG_PARTS: readonly PartName[] = ['committed', 'overload'];
export const QUICK_PART_NAMES: readonly PartName[] = PART_NAMES.filter((name) => !LONG_PARTS.includes(name));
/** Judged in milliseconds: of a ratio the host slows both sides. */
const TIMED_PARTS: readonly PartName[] = ['sockets', 'overload'];
export type PartName = (typeof PART_NAMES)[number];

/** One part of a round, in this order. */
interface Part {
  works: Work[];
  /** The baseline at the same work. */
  baseline?: Work;
  /** In the first round alone: a million attempts take minutes. */
  onceARun?: Work[];
}
type Work = () => Promise<Measurement>;

/** What is measured next to each other, so that a change of the machine's mood meets both sides of a ratio. */
function createParts(contenders: Contenders): Record<PartName, (round: Round) => Part> {
  const { bare, express, expressOne, stampede, naive } = contenders;
  const overload = createOverload(contenders);
  return {
    wins: (round) => ({
      works: [
        () => emptyPosts(round, expressOne),
        () => emptyPosts(round, express),
        () => everybodyWins(round, stampede),
      ],
      baseline: () => everybodyWins(round, naive),
    }),
    drain: (round) => ({
      works: [() => plainInserts(round), () => drain(round, stampede)],
      baseline: () => drain(round, naive),
    }),
    'sold-out': (round) => ({
      works: [() => emptyPosts(round, bare), () => soldOut(round, stampede)],
      baseline: () => soldOut(round, naive),
    }),
    reads: (round) => ({ works: [() => emptyGets(round, bare), () => statusReads(round, stampede)] }),
    drop: (round) => ({
      works: [() => wholeDrop(round, stampede)],
      baseline: () => wholeDrop(round, naive),
    }),
    seen: (round) => ({
      works: [() => seen(round, stampede, 'seen-wins'), () => seen(round, stampede, 'seen-drop')],
    }),
    sockets: (round) => ({ works: [() => sockets(round, stampede)] }),
    committed: (round) => ({ works: [() => committed(round)] }),
    overload: (round) => ({ works: [() => overload(round)] }),
    growth: (round) => ({ works: [], onceARun: growth(round) }),
  };
}

export interface RoundsOptions {
  contenders: Contenders;
  generator: Generator;
  scale: Scale;
  parts: readonly PartName[];
  /** Counted from 1; 0 is the round that warms up. */
  rounds: readonly number[];
  /** When the last round has to be over, epoch ms. */
  endBy: number;
  /** How long it may wait for a quiet host in all, ms; kept free of the time until `endBy`. */
  mayWaitMs: number;
  onWaited: (round: number, part: PartName, ms: number) => void;
  /** Before a round; nothing is measured after `nothing`. */
  onPlanned: (round: number, plan: RoundPlan) => void;
  onMeasured: (measurement: Measurement) => void;
}

/** Runs every contender in turn in each round. */
export async function runRounds(options: RoundsOptions): Promise<Measurement[]> {
  const { contenders, generator, scale, parts, rounds, endBy, onWaited, onPlanned, onMeasured } = options;
  const measurements: Measurement[] = [];
  const createPart = createParts(contenders);
  let cost = null as RoundCost | null;
  let { mayWaitMs } = options;

  /** Returns how long they took, ms. */
  const measureAll = async (works: readonly Work[]): Promise<number> => {
    const startedAt = Date.now();
    for (const measure of works) {
      // What an earlier work left to be written must not be paid by the next one.
      await contenders.services.db.raw('checkpoint');
      const before = await readCoreTime();
      const measurement = await measure();
      const stolenShare = stolenShareBetween(before, await readCoreTime());
      if (stolenShare !== null) measurement.figures.stolenShare = stolenShare;
      measurements.push(measurement);
      onMeasured(measurement);
    }
    return Date.now() - startedAt;
  };

  for (const [index, number] of rounds.entries()) {
    const leftMs = endBy - Date.now() - mayWaitMs;
    const plan = planRound({ done: index, wanted: rounds.length, leftMs, cost });
    onPlanned(number, plan);
    if (plan === 'nothing') break;
    const isWhole = plan === 'everything';
    let [baselineMs, othersMs] = [0, 0];
    for (const name of parts) {
      const part = createPart[name]({ number, contenders, generator, scale });
      if (TIMED_PARTS.includes(name)) {
        const waitedMs = await awaitQuietHost(mayWaitMs);
        mayWaitMs -= waitedMs;
        onWaited(number, name, waitedMs);
      }
      othersMs += await measureAll(part.works);
      if (part.baseline && isWhole) baselineMs += await measureAll([part.baseline]);
      if (part.onceARun && number === 1) await measureAll(part.onceARun);
    }
    cost = { othersMs, baselineMs: isWhole ? baselineMs : (cost?.baselineMs ?? 0) };
  }
  return measurements;
}
