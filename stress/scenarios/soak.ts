import { checkInvariants } from '../../src/features/purchase/purchase.invariants.ts';
import { readUsage, type Pids } from '../bench/process-usage.ts';
import { playMix } from '../lib/play-mix.ts';
import { saleOf, type Stage, type Verdict } from '../lib/stage.ts';
import type { Scenario } from './scenario.ts';

const LOOK_EVERY_MS = 2_000;

export const soak: Scenario = {
  name: 'soak',
  words: 'the same mix for long, selling out half-way; promises and memory are looked at all the time',
  defaults: { stock: 500, shoppers: 1_000, connections: 32, rate: 100, duration: 120, sales: 1 },
  async play(stage) {
    const closing = new AbortController();
    const looking = lookOn(stage, closing.signal);
    const findings = await playMix(stage).finally(() => closing.abort());
    return [...findings, await looking];
  },
};

/** Checks the promises and reads the memory of the processes beside the traffic, until it is told to stop. */
async function lookOn(stage: Stage, signal: AbortSignal): Promise<Verdict> {
  const { services, tally, limits } = stage;
  const { saleId } = saleOf(stage);
  const broken: string[] = [];
  let [looks, missed] = [0, 0];
  while (!signal.aborted) {
    const promises = await checkInvariants(services, { saleId, maxInflight: limits.maxInflight }).catch(
      () => null,
    );
    if (promises) looks += 1;
    else missed += 1;
    for (const { id, ok, detail } of promises ?? []) if (!ok) broken.push(`${id} ${detail}`);
    for (const [role, rssMb] of Object.entries(await readMemory(stage))) {
      const name = `${role} memory, MB`;
      if (looks === 1) tally.figure(`${name}, at first`, rssMb);
      tally.figure(name, rssMb);
    }
    await pause(LOOK_EVERY_MS, signal);
  }
  return {
    id: 'beside',
    ok: broken.length === 0,
    detail:
      `${looks} looks beside the traffic, ${missed} not answered, ${broken.length} promises broken` +
      (broken[0] === undefined ? '' : ` (${broken[0]})`),
  };
}

/** The largest of each role; nothing where the processes are unknown or there is no /proc. */
async function readMemory({ readProcesses }: Stage): Promise<Record<string, number>> {
  const pids: Pids = {};
  for (const { role, pid } of await readProcesses()) {
    if (role === 'api' || role === 'worker' || role === 'redis') (pids[role] ??= []).push(pid);
  }
  const usage = Object.entries(await readUsage(pids)).filter(([, { processes }]) => processes > 0);
  return Object.fromEntries(usage.map(([role, { maxRssMb }]) => [role, maxRssMb]));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
