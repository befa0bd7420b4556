import type { InvariantBody } from '../../src/contracts/http.ts';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import type { Database } from '../../src/infrastructure/postgres/database.ts';
import type { Shopper } from '../../src/commands/lib/create-shoppers.ts';
import type { ProcessRole } from '../../src/infrastructure/embedded/keep-running.ts';
import type { Redis } from '../../src/infrastructure/redis/redis.ts';
import type { Failpoint, FailpointAct } from './failpoints.ts';
import type { Operator } from './operator.ts';
import type { Random } from './random.ts';
import type { Wish } from '../lib/wish.ts';
import type { TcpProxy } from './tcp-proxy.ts';

export const FAULT_GROUPS = [
  'processes',
  'jobs',
  'redis',
  'postgres',
  'network',
  'clocks',
  'people',
  'poison',
] as const;
export type FaultGroup = (typeof FAULT_GROUPS)[number];

export type AckDurability = 'queued' | 'committed';

/** Ends what the fault began; the frame calls it once, also when the round breaks. */
export type Heal = () => Promise<void>;

/** One thing that goes wrong. Listed in faults.ts, written in faults/. */
export interface Fault {
  name: string;
  group: FaultGroup;
  /** What shoppers see and what heals it, in a line of the matrix. */
  expected: string;
  needs?: {
    /** Makes sense under this one only. */
    ack?: AckDurability;
    /** No other fault in its round. */
    alone?: boolean;
    /** Of the processes in its round, on top of theirs; they are started again for it before the crowd comes, and after. */
    env?: Partial<Record<AppRole, Record<string, string>>>;
  };
  /**
   * Breaks something; the crowd is there. Resolves when it is broken, or when it is all over.
   *
   * @returns what heals it, called a random time later; null when nobody met it, and then it does not count as seen
   */
  begin(round: ChaosRound): Promise<Heal | null>;
}

/** The roles whose processes run our code. */
export type AppRole = 'api' | 'worker';

/** Lines that pass a proxy of the campaign's, in every round. */
export type LineName = 'api-redis' | 'worker-redis' | 'api-postgres' | 'worker-postgres' | 'client-api';

/** What a fault may touch. Everything of the campaign's own (db, redis) goes past the proxies. */
export interface ChaosRound {
  seed: number;
  ack: AckDurability;
  /** The fault's own stream of the round's seed. */
  random: Random;
  instance: ChaosInstance;
  /** Opened anew when the supervisor was killed: take it when you need it. */
  db: Database;
  redis: Redis;
  proxies: Record<LineName, TcpProxy>;
  sales: readonly RoundSale[];
  /** The hot one. */
  sale: RoundSale;
  crowd: Crowd;
  operator: Operator;
  /** The first process that comes by does it, once. @returns whether one has come by, for as long as the round lasts */
  arm(failpoint: Failpoint, act: FailpointAct): Promise<{ hasHit(): boolean; disarm(): Promise<void> }>;
  /** Waits. The frame cuts nothing short: keep it below 4 s, or say `alone`. */
  pause(ms: number): Promise<void>;
  /** Waits until it is so. @throws after `withinMs` (20 s), naming `what` */
  until(isSo: () => boolean | Promise<boolean>, what: string, withinMs?: number): Promise<void>;
  /** A line in the round's log. */
  note(text: string): void;
  /**
   * Redis loses what it has, or the newest part of it: under `queued`, what a process accepted that has died may be lost with
   * it. Call it just before; deaths of API processes the frame notes itself (`instance.kill`).
   */
  redisLoses(): void;
  /** A finding of this fault alone; a broken one fails the round. */
  judge(verdict: Pick<InvariantBody, 'id' | 'ok' | 'detail'>): void;
  /** Runs when the crowd has gone and everything is decided: for what can only be judged then. */
  atEnd(check: () => Promise<void>): void;
}

export interface RoundSale {
  saleId: string;
  stockId: string;
  stock: number;
  perShopperLimit: number;
}

/** A whole instance with its supervisor: two API processes, two workers, PostgreSQL, Redis. */
export interface ChaosInstance {
  /** Through the proxy `client-api`. */
  url: string;
  dataDir: string;
  /** Where failpoints and clocks lie. */
  folder: string;
  /** Of the processes of a role that run now, as last written. */
  pids(role: ProcessRole): Promise<number[]>;
  /** kill -9. A process that is gone already is no error. @returns whether it was there */
  kill(role: ProcessRole, pid: number): Promise<boolean>;
  /** SIGTERM: it ends in its own order, and the supervisor starts another one. */
  stopProcess(role: ProcessRole, pid: number): Promise<boolean>;
  /** Any other signal, as SIGSTOP. */
  signal(pid: number, name: NodeJS.Signals): void;
  /** A process of the role was ended in another way: an API process takes with it what only it knew. */
  noteDeath(role: ProcessRole): void;
  /** Every process of the role runs and has booted, and none of `gone` is among them. @throws after `withinMs` (30 s) */
  untilBack(role: ProcessRole, gone: readonly number[], withinMs?: number): Promise<void>;
  /** The event loop of this process stands still for so long. */
  hang(pid: number, ms: number): Promise<void>;
  /** `GET /api/health/ready` says so. @throws after `withinMs` (30 s) */
  untilReady(withinMs?: number): Promise<void>;
  /** kill -9 of the supervisor; the rest ends by itself. */
  killSupervisor(): Promise<void>;
  /** Starts it again on the same folder, and waits until it is ready. */
  startAgain(): Promise<void>;
}

/** The shoppers of the round. */
export interface Crowd {
  /** Shoppers who have not come yet and would not: for a fault that sends some of its own. */
  spare: readonly Shopper[];
  /** All that was sent and seen so far. */
  seen(): readonly JournalEntry[];
  /** Requests that got no answer, or one of 500 and above; not those whose client walked away. */
  failures(): readonly JournalEntry[];
  /**
   * One more wish, sent until its answer is final, journalled as all others are.
   *
   * @param key  of an earlier wish, to repeat it; absent: a new one
   * @returns the final answer
   */
  buy(wish: { shopper: Shopper; saleId: string; quantity?: number; key?: string }): Promise<JournalEntry>;
  /** Wishes that were sent so far, with their keys. */
  wishes(): readonly Wish[];
  /** Cuts every socket at once; they come back as a page's do. */
  dropSockets(): void;
}
