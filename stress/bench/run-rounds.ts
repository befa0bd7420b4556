import type { Contenders } from './start-contenders.ts';
import type { Generator } from './load.ts';
import type { Measurement } from './measurement.ts';
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
export type PartName = (typeof PART_NAMES)[number];

/** What is measured next to each other, so that a change of the machine's mood meets both sides of a ratio. */
function createParts(
  contenders: Contenders,
): Record<PartName, (round: Round) => (() => Promise<Measurement>)[]> {
  const overload = createOverload(contenders);
  return {
    wins: (round) => [
      () => emptyPosts(round, round.contenders.expressOne),
      () => emptyPosts(round, round.contenders.express),
      () => everybodyWins(round, round.contenders.stampede),
      () => everybodyWins(round, round.contenders.naive),
    ],
    drain: (round) => [
      () => plainInserts(round),
      () => drain(round, round.contenders.stampede),
      () => drain(round, round.contenders.naive),
    ],
    'sold-out': (round) => [
      () => emptyPosts(round, round.contenders.bare),
      () => soldOut(round, round.contenders.stampede),
      () => soldOut(round, round.contenders.naive),
    ],
    reads: (round) => [
      () => emptyGets(round, round.contenders.bare),
      () => statusReads(round, round.contenders.stampede),
    ],
    drop: (round) => [
      () => wholeDrop(round, round.contenders.stampede),
      () => wholeDrop(round, round.contenders.naive),
    ],
    seen: (round) => [
      () => seen(round, round.contenders.stampede, 'seen-wins'),
      () => seen(round, round.contenders.stampede, 'seen-drop'),
    ],
    sockets: (round) => [() => sockets(round, round.contenders.stampede)],
    committed: (round) => [() => committed(round)],
    overload: (round) => [() => overload(round)],
    // Once a run: a million attempts take minutes.
    growth: (round) => (round.number === 1 ? growth(round) : []),
  };
}

export interface RoundsOptions {
  contenders: Contenders;
  generator: Generator;
  scale: Scale;
  parts: readonly PartName[];
  /** Counted from 1; 0 is the round that warms up. */
  rounds: readonly number[];
  /** No round begins after this, epoch ms. */
  giveUpAt: number;
  onMeasured: (measurement: Measurement) => void;
}

/** Runs every contender in turn in each round. */
export async function runRounds(options: RoundsOptions): Promise<Measurement[]> {
  const { contenders, generator, scale, parts, rounds, giveUpAt, onMeasured } = options;
  const measurements: Measurement[] = [];
  const works = createParts(contenders);
  for (const number of rounds) {
    if (Date.now() > giveUpAt) break;
    for (const part of parts) {
      for (const measure of works[part]({ number, contenders, generator, scale })) {
        // What an earlier work left to be written must not be paid by the next one.
        await contenders.services.db.raw('checkpoint');
        const measurement = await measure();
        measurements.push(measurement);
        onMeasured(measurement);
      }
    }
  }
  return measurements;
}
