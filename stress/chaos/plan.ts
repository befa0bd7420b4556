import type { AckDurability, Fault } from './fault.ts';
import { createRandom, type Random } from './random.ts';

/** One wish of the crowd: who, when, and what they do about it. */
export interface PlannedWish {
  /** After the crowd has begun, ms. */
  atMs: number;
  sale: number;
  shopper: number;
  quantity: number;
  /** Number of the earlier wish whose key is sent again; absent: a key of its own. */
  repeats?: number;
  /** Walks away after so many ms, and comes back with the same key. */
  patienceMs?: number;
  /** Asks for the status afterwards. */
  asks: boolean;
}

export interface PlannedFault {
  fault: Fault;
  /** After the crowd has begun, ms. */
  atMs: number;
  /** From its beginning to its healing, at least, ms. */
  lastsMs: number;
}

/** All that a round's seed decides. */
export interface RoundPlan {
  seed: number;
  ack: AckDurability;
  /** The first one leads: over the rounds each fault leads about equally often. */
  faults: PlannedFault[];
  sales: { stock: number; perShopperLimit: number }[];
  /** The last `SPARE_SHOPPERS` do not come by themselves. */
  shoppers: number;
  /** Of the shoppers who came first. */
  sockets: number;
  wishes: PlannedWish[];
  crowdMs: number;
}

export const SPARE_SHOPPERS = 40;
/** A part of a soak. */
export const ACT_MS = 30_000;
const MOST_PER_SEC_IN_ACT = 120;
export const MOST_SHOPPERS_IN_ACT = (ACT_MS / 1_000) * MOST_PER_SEC_IN_ACT + SPARE_SHOPPERS;
/** In this time everything begins. */
const FAULTS_BEGIN_MS = { least: 300, most: 2_000 };

/**
 * Plans a round: the same seed and faults give the same plan.
 *
 * @param ack  `both`: the rounds take turns, each fault too
 */
export function planRound(
  seed: number,
  { faults, ack }: { faults: readonly Fault[]; ack: AckDurability | 'both' },
): RoundPlan {
  const random = createRandom(`round ${seed}`);
  // Twice for those that never stand beside another one.
  const leads = [...faults, ...faults.filter((fault) => !standsBeside(fault, []))];
  const lead = leads[seed % leads.length];
  if (!lead) throw new Error('a round has at least one fault');
  // Two rounds each, so that the API processes are not started again for every round; shifted each time all have led.
  const turn = ((seed >> 1) + Math.floor(seed / leads.length)) % 2 === 0 ? 'queued' : 'committed';
  const chosen = chooseFaults(random.fork('faults'), seed, lead, faults);
  const crowd = random.fork('crowd');
  return {
    seed,
    ack: lead.needs?.ack ?? (ack === 'both' ? turn : ack),
    faults: chosen,
    ...planCrowd(crowd, { crowdMs: crowd.between(2_500, 4_000), perSec: crowd.between(60, 220) }),
  };
}

/** The leading one, and up to two of other groups that stand beside it: in turns, so that each is met about equally often. */
function chooseFaults(random: Random, seed: number, lead: Fault, faults: readonly Fault[]): PlannedFault[] {
  const chosen = [lead];
  const more = lead.needs?.alone ? 0 : random.pick([0, 1, 2, 2, 2]);
  for (let second = 0; second < more; second += 1) {
    const beside = inTurn(seed, second, faults).find((fault) => standsBeside(fault, chosen));
    if (beside) chosen.push(beside);
  }
  return chosen.map((fault) => ({
    fault,
    atMs: random.between(FAULTS_BEGIN_MS.least, FAULTS_BEGIN_MS.most),
    lastsMs: random.between(100, 1_500),
  }));
}

/** All that ever stand beside another one, in an order that begins with another one each round, until all were the first. */
function inTurn(seed: number, second: number, faults: readonly Fault[]): Fault[] {
  const able = faults.filter((fault) => standsBeside(fault, []));
  const turn = Math.floor(seed / able.length);
  const random = createRandom(`beside ${turn} ${second}`);
  const order = able
    .map((fault) => ({ fault, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ fault }) => fault);
  const first = seed % able.length;
  return [...order.slice(first), ...order.slice(0, first)];
}

function standsBeside({ group, needs }: Fault, chosen: readonly Fault[]): boolean {
  return needs === undefined && chosen.every((one) => one.group !== group);
}

/** Plans a part of a soak, for `MOST_SHOPPERS_IN_ACT` at most; faults come by themselves. */
export function planAct(seed: number, ack: AckDurability): RoundPlan {
  const random = createRandom(`act ${seed}`);
  const perSec = random.between(40, MOST_PER_SEC_IN_ACT);
  return { seed, ack, faults: [], ...planCrowd(random, { crowdMs: ACT_MS, perSec }) };
}

function planCrowd(
  random: Random,
  { crowdMs, perSec }: { crowdMs: number; perSec: number },
): Omit<RoundPlan, 'seed' | 'ack' | 'faults'> {
  const count = Math.round((crowdMs / 1_000) * perSec);
  const sales = Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, (_, index) => ({
    // The hot one sells out in half of the rounds.
    stock: random.between(5, index === 0 ? count * 2 : 60),
    perShopperLimit: random.pick([1, 1, 2, 4]),
  }));
  const wishes: PlannedWish[] = [];
  let shoppers = 0;
  for (let number = 0; number < count; number += 1) {
    const atMs = Math.round((number / count) * crowdMs);
    wishes.push(planWish(random, atMs, wishes, sales, () => shoppers++));
  }
  return { crowdMs, sales, wishes, shoppers: shoppers + SPARE_SHOPPERS, sockets: random.between(4, 24) };
}

function planWish(
  random: Random,
  atMs: number,
  before: readonly PlannedWish[],
  sales: RoundPlan['sales'],
  nextShopper: () => number,
): PlannedWish {
  const patience = random.chance(0.1) ? { patienceMs: random.between(2, 60) } : {};
  const how = { ...patience, asks: random.chance(0.25) };
  const kind =
    before.length === 0 ? 'new' : random.pick(['new', 'new', 'new', 'new', 'again', 'more'] as const);
  if (kind === 'again') {
    // A replay: mostly of somebody who came a moment ago.
    const repeats = Math.max(0, before.length - random.between(1, 40));
    const { sale, shopper, quantity } = before[repeats] as PlannedWish;
    return { atMs, sale, shopper, quantity, repeats: before[repeats]?.repeats ?? repeats, ...how };
  }
  const sale = random.chance(0.75) ? 0 : random.between(0, sales.length - 1);
  const most = sales[sale]?.perShopperLimit ?? 1;
  const quantity = random.chance(0.7) ? 1 : random.between(1, most);
  const shopper = kind === 'more' ? random.pick(before).shopper : nextShopper();
  return { atMs, sale, shopper, quantity, ...how };
}
