import fc from 'fast-check';
import type { OperatorState, ShopSettings } from './shop.ts';

/** One wish of a turn: who, under which key, how many. */
export interface SimulatedWish {
  shopper: number;
  key: number;
  quantity: number;
}

/** Where an API process dies in a turn; what it had not answered by then is indeterminate. */
export type ApiDeath = 'after admit' | 'after enqueue' | 'after answer';

/** Something that happens to a sale. Plain, so that a failing history is printed and shrunk. */
export type Command =
  | { kind: 'turn'; api: number; wishes: SimulatedWish[]; dies?: ApiDeath }
  /** A worker goes on by so many steps of take, settle, announce; then it may die. */
  | { kind: 'work'; worker: number; steps: number; picks: number[]; dies: boolean; isPublishLost: boolean }
  | { kind: 'announce again'; pick: number }
  | { kind: 'reconcile' }
  | { kind: 'measure drift' }
  | { kind: 'apply drift' }
  | { kind: 'rebuild dies'; after: 'raise' | 'close' }
  | { kind: 'ensure gate' }
  | { kind: 'adopt'; api: number }
  | { kind: 'state'; state: OperatorState; diesBeforeGate: boolean }
  /** Never half-way: the product moves no window over attempts. */
  | { kind: 'window'; edge: 'opens' | 'ends' }
  | { kind: 'add units'; units: number }
  | { kind: 'cancel'; n: number }
  | { kind: 'lose redis' }
  | { kind: 'change server' }
  | { kind: 'keep copy' }
  | { kind: 'bring copy back' };

export const API_PROCESSES = 2;
export const WORKERS = 2;

export const settings: fc.Arbitrary<ShopSettings> = fc.record({
  stock: fc.nat({ max: 6 }),
  perShopperLimit: fc.integer({ min: 1, max: 3 }),
  maxInflight: fc.integer({ min: 3, max: 8 }),
  isOpen: fc.nat({ max: 9 }).map((n) => n > 0),
});

// The last shopper has no account; keys are few, so that many wishes are replays.
const wish: fc.Arbitrary<SimulatedWish> = fc.record({
  shopper: fc.nat({ max: 4 }),
  key: fc.nat({ max: 3 }),
  quantity: fc.oneof(
    { arbitrary: fc.constant(1), weight: 3 },
    { arbitrary: fc.constantFrom(2, 3), weight: 1 },
  ),
});

const seldom = fc.nat({ max: 9 }).map((n) => n === 0);
const api = fc.nat({ max: API_PROCESSES - 1 });
const some = <Kind extends string>(kind: Kind): fc.Arbitrary<{ kind: Kind }> => fc.constant({ kind });

const turn: fc.Arbitrary<Command> = fc
  .record({
    api,
    wishes: fc.array(wish, { minLength: 1, maxLength: 4 }),
    dies: fc.oneof(
      { arbitrary: fc.constant(undefined), weight: 8 },
      { arbitrary: fc.constantFrom<ApiDeath>('after admit', 'after enqueue', 'after answer'), weight: 2 },
    ),
  })
  .map(({ dies, ...rest }) => ({ kind: 'turn', ...rest, ...(dies ? { dies } : {}) }));

const work: fc.Arbitrary<Command> = fc.record({
  kind: fc.constant('work' as const),
  worker: fc.nat({ max: WORKERS - 1 }),
  steps: fc.integer({ min: 1, max: 3 }),
  picks: fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 4 }),
  dies: seldom,
  isPublishLost: seldom,
});

const operator: fc.Arbitrary<Command> = fc.oneof(
  {
    arbitrary: fc.record({
      kind: fc.constant('state' as const),
      state: fc.constantFrom<OperatorState>('active', 'active', 'paused', 'active', 'stopped'),
      diesBeforeGate: seldom,
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('window' as const),
      edge: fc.constantFrom('opens' as const, 'opens' as const, 'ends' as const),
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({ kind: fc.constant('add units' as const), units: fc.integer({ min: 1, max: 3 }) }),
    weight: 2,
  },
  {
    arbitrary: fc.record({ kind: fc.constant('cancel' as const), n: fc.nat({ max: 5 }) }),
    weight: 2,
  },
);

const repair: fc.Arbitrary<Command> = fc.oneof(
  some('reconcile'),
  some('measure drift'),
  some('apply drift'),
  some('ensure gate'),
  fc.record({ kind: fc.constant('adopt' as const), api }),
  fc.record({ kind: fc.constant('announce again' as const), pick: fc.nat({ max: 20 }) }),
);

const fault: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constant('rebuild dies' as const), after: fc.constantFrom('raise', 'close') }),
  some('lose redis'),
  some('change server'),
  some('keep copy'),
  some('bring copy back'),
);

/** A history, long enough that several faults meet. */
export const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    { arbitrary: turn, weight: 10 },
    { arbitrary: work, weight: 7 },
    { arbitrary: repair, weight: 4 },
    { arbitrary: operator, weight: 2 },
    { arbitrary: fault, weight: 2 },
  ),
  { minLength: 1, maxLength: 40, size: 'max' },
);
