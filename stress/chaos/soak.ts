import { join } from 'node:path';
import { appendFileSync } from 'node:fs';
import { createShoppers } from '../../src/commands/lib/create-shoppers.ts';
import type { AckDurability, Fault } from './fault.ts';
import { FAULTS } from './faults.ts';
import { startChaosInstance } from './instance.ts';
import { judgeMemory } from './judge-memory.ts';
import type { RoundVerdict } from './judge-round.ts';
import { openLines } from './lines.ts';
import { MOST_SHOPPERS_IN_ACT, planAct } from './plan.ts';
import { meet, type RoundDeps } from './play-round.ts';
import { createRandom } from './random.ts';
import { measureRecovery } from './recovery.ts';
import { beginAct, type ActFigures, type SoakAct } from './soak-act.ts';
import { COLLECT_VARIABLE } from './settings.ts';
import { openStores } from './stores.ts';
import { watchMemory } from './watch-memory.ts';

export interface SoakOptions {
  seed: number;
  seconds: number;
  ack: AckDurability;
  faults: readonly Fault[];
  out: string;
  print: (line: string) => void;
}

export interface SoakResult {
  seed: number;
  ack: AckDurability;
  seconds: number;
  ok: boolean;
  wishes: number;
  accepted: number;
  /** Fault → how often it was met. */
  faults: Record<string, number>;
  recoveryMs: number | null;
  /** Broken ones, and that of memory. */
  verdicts: RoundVerdict[];
}

const BETWEEN_FAULTS_MS = { least: 1_000, most: 6_000 };
const FAULT_LASTS_MS = { least: 100, most: 3_000 };
/** In API processes and workers, so that what is resident is what is kept. */
const COLLECT_EVERY_MS = 5_000;
/** I11. */
const RECOVERED_WITHIN_MS = 10_000;

/** They end no process and take nothing from Redis: what a process has in memory after them is its own doing. */
const MODERATE: ReadonlySet<string> = new Set([
  ...['loop-blocked-briefly', 'worker-frozen-past-its-lock'],
  ...['job-stalled-runs-twice', 'job-added-ten-times', 'jobs-out-of-order'],
  ...['redis-at-maxmemory', 'redis-paused', 'redis-slow', 'redis-answers-cut'],
  ...['postgres-backends-terminated', 'stock-locked-past-its-time-out', 'commit-answer-lost'],
  ...['serialization-failures', 'deadlocks', 'disk-full'],
  ...['line-slow', 'line-cut', 'line-one-way', 'line-half-open', 'reply-cut'],
  ...['everybody-retries', 'sockets-dropped', 'operators-at-the-peak'],
  ...['poison-unreadable', 'poison-unknown-sale', 'poison-huge'],
]);

/** Faults of a soak: the instance lives through one after the other of them. */
export const MODERATE_FAULTS = FAULTS.filter(({ name }) => MODERATE.has(name));

/**
 * One load for long, act after act without a pause, with faults at random times. Promises are judged over every line of
 * every act's journal, the memory of each process by its trend.
 */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { seed, seconds, ack, out, print } = options;
  print('• Starting an instance …');
  const { instance, lines } = await startChaosInstance(openLines);
  const stores = await openStores(instance);
  const log = join(out, `soak-${seed}.log`);
  const startedAt = Date.now();
  const note = (text: string): void =>
    appendFileSync(log, `${((Date.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${text}\n`);
  const memory = watchMemory(instance);
  const deps = { instance, lines, stores, out };
  try {
    const collecting = { [COLLECT_VARIABLE]: String(COLLECT_EVERY_MS) };
    await instance.configure({ api: { ACK_DURABILITY: ack, ...collecting }, worker: collecting });
    const shoppers = await createShoppers(
      { db: stores.now().db, tokens: stores.tokens },
      MOST_SHOPPERS_IN_ACT,
    );
    const concluding: ReturnType<SoakAct['conclude']>[] = [];
    let acts = 0;
    const beginNext = (): Promise<SoakAct> => beginAct(deps, planAct(seed + acts++, ack), shoppers, note);
    const now: Now = { act: await beginNext(), trouble: Promise.resolve(), isOver: false };
    const conclude = ({ conclude }: SoakAct): void => {
      const concluded = conclude(now.trouble);
      concluded.catch(() => undefined); // told below
      concluding.push(concluded);
    };
    const goingWrong = goWrong(options, deps, now, note);
    for (;;) {
      await now.act.over;
      print(`${Math.round((Date.now() - startedAt) / 1000)} of ${seconds} s, ${acts} acts`);
      if (Date.now() - startedAt >= seconds * 1_000) break;
      const ended = now.act;
      now.act = await beginNext();
      conclude(ended);
    }
    now.isOver = true;
    const faults = await goingWrong;
    lines.healAll();
    const last = { sales: now.act.sales, accepted: now.act.crowd.accepted, mayBeLost: () => false };
    const recoveryMs = await measureRecovery({ services: stores.now, ...last }, Date.now());
    conclude(now.act);
    const judges = await Promise.all(concluding);
    const traces = memory.stop();
    const concluded: ActFigures[] = [];
    for (const judgeAct of judges) concluded.push(await judgeAct());
    const verdicts: RoundVerdict[] = concluded.flatMap(({ broken }) => broken);
    if (recoveryMs === null || recoveryMs > RECOVERED_WITHIN_MS)
      verdicts.push({
        id: 'I11',
        ok: false,
        detail: `not decided ${recoveryMs ?? 30_000} ms after the last fault`,
      });
    verdicts.push(judgeMemory(traces));
    const ok = verdicts.every((verdict) => verdict.ok);
    if (!ok) await instance.saveLogs(join(out, 'logs'));
    return {
      ...{
        seed,
        ack,
        seconds: Math.round((Date.now() - startedAt) / 1000),
        ok,
        faults,
        recoveryMs,
        verdicts,
      },
      wishes: concluded.reduce((sum, { wishes }) => sum + wishes, 0),
      accepted: concluded.reduce((sum, { accepted }) => sum + accepted, 0),
    };
  } finally {
    memory.stop();
    await stores.close();
    await instance.stop();
  }
}

/** What goes on just now. */
interface Now {
  act: SoakAct;
  /** The fault that is about to begin or under way. */
  trouble: Promise<void>;
  isOver: boolean;
}

/** One fault after the other, each once before any comes again, until it is over. @returns how often each was met */
async function goWrong(
  { seed, faults }: SoakOptions,
  { lines }: RoundDeps,
  now: Now,
  note: (text: string) => void,
): Promise<Record<string, number>> {
  const random = createRandom(`soak ${seed}`);
  lines.seed(random.fork('lines'));
  const met: string[] = [];
  let left: Fault[] = [];
  while (!now.isOver) {
    const { round } = now.act;
    if (left.length === 0) left = [...faults];
    const [fault] = left.splice(random.between(0, left.length - 1), 1) as [Fault];
    const planned = {
      fault,
      atMs: random.between(BETWEEN_FAULTS_MS.least, BETWEEN_FAULTS_MS.most),
      lastsMs: random.between(FAULT_LASTS_MS.least, FAULT_LASTS_MS.most),
    };
    now.trouble = meet(round.of(planned), planned, met, note, round.trouble);
    await now.trouble;
  }
  const counts: Record<string, number> = {};
  for (const name of met) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
