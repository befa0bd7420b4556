import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { usageError } from '../../src/commands/lib/command-error.ts';
import { runCommand, type CommandContext } from '../../src/commands/lib/run-command.ts';
import { runCampaign } from './campaign.ts';
import type { AckDurability, Fault } from './fault.ts';
import { FAULTS } from './faults.ts';
import { writeMatrix } from './matrix.ts';
import { MODERATE_FAULTS, runSoak } from './soak.ts';

const ACKS = ['queued', 'committed', 'both'] as const;
const DEFAULT_OUT = '.data/chaos';

async function run({ flags, print }: CommandContext) {
  if (flags.positionals.length > 0) throw usageError(`chaos does not know '${flags.positionals.join(' ')}'`);
  if (flags.isSet('list')) {
    for (const { group, name, expected } of FAULTS)
      print(`${group.padEnd(9)}  ${name.padEnd(30)}  ${expected}`);
    return { json: { faults: FAULTS.map(({ group, name, expected }) => ({ group, name, expected })) } };
  }
  if (flags.text('soak') !== undefined) return soak({ flags, print });
  const faults = chooseFaults(flags.text('only'));
  const seed = flags.integer('seed', { min: 0, max: 1_000_000_000, otherwise: Date.now() % 1_000_000 });
  const rounds = flags.integer('rounds', { min: 1, max: 10_000, otherwise: 20 });
  const out = flags.text('out') ?? DEFAULT_OUT;
  await mkdir(out, { recursive: true });
  const only = flags.text('only');
  const campaign = await runCampaign({
    ...{ faults, seed, rounds, out, print },
    instances: flags.integer('instances', { min: 1, max: 8, otherwise: 1 }),
    ack: chooseAck(flags.text('ack')),
    again: (round) =>
      `npm run chaos -- --seed ${round} --rounds 1${only === undefined ? '' : ` --only ${only}`}`,
  });
  const matrix = flags.text('write-matrix');
  if (matrix !== undefined) await writeMatrix(matrix, campaign, faults);
  const broken = campaign.rounds.filter(({ ok }) => !ok);
  print(
    broken.length === 0
      ? `\nEvery promise holds in ${campaign.rounds.length} rounds.`
      : `\nPromises are broken in ${broken.length} of ${campaign.rounds.length} rounds; journals and logs: ${out}`,
  );
  return { json: campaign, exitCode: broken.length === 0 ? (0 as const) : (1 as const) };
}

async function soak({ flags, print }: Pick<CommandContext, 'flags' | 'print'>) {
  const ack = chooseAck(flags.text('ack'));
  const only = flags.text('only');
  const out = flags.text('out') ?? DEFAULT_OUT;
  await mkdir(out, { recursive: true });
  const result = await runSoak({
    seed: flags.integer('seed', { min: 0, max: 1_000_000_000, otherwise: Date.now() % 1_000_000 }),
    seconds: flags.requiredInteger('soak', { min: 10, max: 86_400 }),
    ack: ack === 'both' ? 'queued' : ack,
    faults: only === undefined ? MODERATE_FAULTS : chooseFaults(only),
    ...{ out, print },
  });
  await writeFile(join(out, 'soak.json'), JSON.stringify(result, null, 2));
  const { ok, wishes, accepted, faults, recoveryMs, verdicts } = result;
  for (const [name, times] of Object.entries(faults)) print(`${String(times).padStart(4)} × ${name}`);
  for (const { id, detail, evidence = [], ...verdict } of verdicts) {
    print(`${verdict.ok ? 'ok    ' : 'BROKEN'}  ${id}: ${detail}`);
    evidence.forEach((line) => print(`          ${line}`));
  }
  print(
    `${ok ? 'Every promise holds' : 'Promises are broken'}: ${wishes} wishes, ${accepted} accepted, all decided ` +
      `${recoveryMs ?? 'more than 30,000'} ms after the last fault`,
  );
  return { json: result, exitCode: ok ? (0 as const) : (1 as const) };
}

function chooseFaults(only: string | undefined): readonly Fault[] {
  if (only === undefined) return FAULTS;
  return only.split(',').map((name) => {
    const fault = FAULTS.find((one) => one.name === name.trim());
    if (!fault) throw usageError(`there is no fault '${name.trim()}'`);
    return fault;
  });
}

function chooseAck(asked = 'both'): AckDurability | 'both' {
  const ack = ACKS.find((one) => one === asked);
  if (!ack) throw usageError(`--ack is ${ACKS.join(', ')}, not '${asked}'`);
  return ack;
}

await runCommand({
  name: 'npm run chaos --',
  usage: ['[--rounds 20] [--seed N] [flags]', '--soak SECONDS [--seed N] [flags]', '--list'],
  summary:
    'Starts an instance of its own and breaks it, round after round, while a crowd buys; then compares all that every shopper\n' +
    'saw with what is stored. Exit 1 if a promise is broken. A round’s seed alone repeats its plan.',
  flags: {
    seed: { value: 'N', help: 'of the first round; each later one has the next (by the clock)' },
    rounds: { value: 'N', help: 'each about 10 s (20)' },
    soak: {
      value: 'SECONDS',
      help: 'one load for so long, with moderate faults at random times; memory must be flat',
    },
    instances: { value: 'N', help: 'so many at the same time, each plays a share of the rounds (1)' },
    only: { value: 'FAULT,…', help: 'these faults only' },
    list: { help: 'tell the faults' },
    ack: { value: 'LEVEL', help: 'queued, committed or both in turns (both)' },
    out: { value: 'DIR', help: `report, and journals and logs of failing rounds (${DEFAULT_OUT})` },
    'write-matrix': { value: 'FILE', help: 'write the table into this file, as docs/resilience.md' },
  },
  run,
});
