import { readFile, writeFile } from 'node:fs/promises';
import type { Campaign } from './campaign.ts';
import type { Fault } from './fault.ts';
import type { RoundResult } from './play-round.ts';

// What a program lays out is not laid out again by another one.
const BEGIN = '<!-- written by npm run chaos: begin -->\n<!-- prettier-ignore-start -->';
const END = '<!-- prettier-ignore-end -->\n<!-- written by npm run chaos: end -->';

/** Puts the campaign's table between the marks of this file; the rest, written by hand, stays. */
export async function writeMatrix(path: string, campaign: Campaign, faults: readonly Fault[]): Promise<void> {
  const text = await readFile(path, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${path} has no place for the matrix:\n${BEGIN}\n${END}`);
  await writeFile(path, `${before}${BEGIN}\n\n${renderMatrix(campaign, faults)}\n${END}${after}`);
}

/** Fault × expected × seen × recovery, with seed and commit. */
export function renderMatrix(campaign: Campaign, faults: readonly Fault[]): string {
  const { rounds, seed, commit, at, seconds } = campaign;
  const broken = rounds.filter(({ ok }) => !ok);
  const recoveries = rounds.flatMap(({ recoveryMs }) => recoveryMs ?? []);
  const lines = [
    `Seed ${seed}, ${rounds.length} rounds, commit ${commit}, ${at.slice(0, 16).replace('T', ' ')} UTC, ${Math.round(seconds / 60)} min. ` +
      `${rounds.length - broken.length} rounds kept every promise, ${broken.length} broke one. ` +
      `${sum(rounds, ({ accepted }) => accepted)} attempts were accepted; ${sum(rounds, ({ lost }) => lost)} of them were lost ` +
      'with Redis and their process under `queued`, and each of these shoppers was told so. ' +
      `Recovery over all rounds: ${describe(recoveries)}.`,
    '',
    '| fault | expected | seen, queued / committed | broken | recovery p50 | max |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  for (const { name, expected } of faults) {
    const met = rounds.filter((round) => round.faults.includes(name));
    const seen = (ack: RoundResult['ack']): number => met.filter((round) => round.ack === ack).length;
    const times = met.flatMap(({ recoveryMs }) => recoveryMs ?? []);
    lines.push(
      `| ${name} | ${expected} | ${seen('queued')} / ${seen('committed')} | ${met.filter(({ ok }) => !ok).length} | ` +
        `${inSeconds(percentile(times, 0.5))} | ${inSeconds(percentile(times, 1))} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}

const sum = (rounds: readonly RoundResult[], of: (round: RoundResult) => number): number =>
  rounds.reduce((total, round) => total + of(round), 0);

function describe(times: readonly number[]): string {
  return `p50 ${inSeconds(percentile(times, 0.5))}, p95 ${inSeconds(percentile(times, 0.95))}, at most ${inSeconds(percentile(times, 1))}`;
}

function percentile(times: readonly number[], share: number): number | undefined {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

const inSeconds = (ms: number | undefined): string =>
  ms === undefined ? '–' : `${(ms / 1000).toFixed(1)} s`;
