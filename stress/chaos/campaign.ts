import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { findRoot } from '../../src/utils/find-root.ts';
import type { AckDurability, Fault } from './fault.ts';
import { startChaosInstance, type OwnInstance } from './instance.ts';
import { openLines, type Lines } from './lines.ts';
import { planRound, type RoundPlan } from './plan.ts';
import { playRound, type RoundDeps, type RoundResult } from './play-round.ts';
import { retireSales } from './round-sales.ts';
import { openStores, type Stores } from './stores.ts';

export interface CampaignOptions {
  faults: readonly Fault[];
  /** Of the first round. */
  seed: number;
  rounds: number;
  ack: AckDurability | 'both';
  /** That play rounds at the same time: most of a round is waiting for something to die or to come back. */
  instances: number;
  out: string;
  /** The command that plays one round again. */
  again: (seed: number) => string;
  print: (line: string) => void;
}

export interface Campaign {
  seed: number;
  ack: AckDurability | 'both';
  at: string;
  commit: string;
  seconds: number;
  rounds: RoundResult[];
}

/** Sales are put away so many rounds later: a process looks for 5 s after what it accepted. */
const RETIRED_AFTER_ROUNDS = 2;

interface Stage {
  instance: OwnInstance;
  lines: Lines;
  stores: Stores;
}

/** Plays round after round on each instance; after a round that broke something, on a new one. */
export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const { faults, seed, rounds, ack, instances, out, print } = options;
  const startedAt = Date.now();
  const results: RoundResult[] = [];
  const commit = await readCommit();
  const soFar = (): Campaign => ({
    ...{ seed, ack, commit, rounds: results.toSorted((one, other) => one.seed - other.seed) },
    at: new Date(startedAt).toISOString(),
    seconds: Math.round((Date.now() - startedAt) / 1000),
  });
  const stages = new Set<Stage>();
  const close = async (stage: Stage): Promise<void> => {
    stages.delete(stage);
    await closeStage(stage);
  };
  // Ctrl-C leaves no instance behind; a second one ends at once, as always.
  const interrupt = (): void => void Promise.all([...stages].map(close)).finally(() => process.exit(130));
  process.once('SIGINT', interrupt);
  let next = 0;
  const playInTurn = async (): Promise<void> => {
    let stage: Stage | undefined;
    const kept: string[][] = [];
    for (let number = next++; number < rounds; number = next++) {
      if (!stage) stages.add((stage = await openStage(print)));
      const plan = planRound(seed + number, { faults, ack });
      const result = await playOrTell({ ...stage, out }, plan);
      results.push(result);
      report(result, `${results.length}/${rounds}`, options);
      await writeFile(join(out, 'campaign.json'), JSON.stringify(soFar(), null, 2)); // a long one may be cut short
      kept.push(result.saleIds);
      if (!result.ok) {
        await close(stage);
        stage = undefined;
        kept.length = 0;
      } else if (kept.length > RETIRED_AFTER_ROUNDS) {
        await retireSales(stage.stores.now(), kept.shift() ?? []);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: instances }, playInTurn));
  } finally {
    process.off('SIGINT', interrupt);
    await Promise.all([...stages].map(close));
  }
  return soFar();
}

/** A round that could not be played to its end is a broken one; the next has a new instance. */
async function playOrTell(deps: RoundDeps, plan: RoundPlan): Promise<RoundResult> {
  try {
    return await playRound(deps, plan);
  } catch (error) {
    await deps.instance.saveLogs(join(deps.out, `round-${plan.seed}`, 'logs'));
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      ...{ seed: plan.seed, ack: plan.ack, faults: plan.faults.map(({ fault }) => fault.name), ok: false },
      ...{ verdicts: [{ id: 'played', ok: false, detail }], recoveryMs: null, saleIds: [], log: [] },
      ...{ wishes: 0, accepted: 0, lost: 0, seconds: 0 },
    };
  }
}

async function openStage(print: (line: string) => void): Promise<Stage> {
  print('• Starting an instance …');
  const { instance, lines } = await startChaosInstance(openLines);
  return { instance, lines, stores: await openStores(instance) };
}

async function closeStage({ instance, stores }: Stage): Promise<void> {
  await stores.close();
  await instance.stop();
}

function report(
  { seed, ack, faults, ok, verdicts, recoveryMs, accepted, lost, seconds, log }: RoundResult,
  number: string,
  { print, again }: CampaignOptions,
): void {
  const recovery = recoveryMs === null ? 'not recovered' : `recovered in ${(recoveryMs / 1000).toFixed(1)} s`;
  const losses = lost > 0 ? `, ${lost} lost and told so` : '';
  print(
    `${ok ? 'ok    ' : 'BROKEN'}  ${number}  seed ${seed}  ${ack.padEnd(9)}  ${faults.join(' + ')}: ${recovery}, ` +
      `${accepted} accepted${losses} (${seconds} s)`,
  );
  if (ok) return;
  for (const { id, detail, evidence = [] } of verdicts.filter((verdict) => !verdict.ok)) {
    print(`        ${id}: ${detail}`);
    evidence.forEach((line) => print(`          ${line}`));
  }
  log.forEach((line) => print(`        ${line}`));
  print(`        again: ${again(seed)}`);
}

async function readCommit(): Promise<string> {
  const cwd = fileURLToPath(findRoot(import.meta.url));
  const found = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], { cwd }).catch(() => null);
  return found?.stdout.trim() ?? 'unknown';
}
