import { writeFile } from 'node:fs/promises';
import type { ChaosRound, Fault, Heal } from '../fault.ts';
import { clocksFile } from '../settings.ts';

const FIVE_MINUTES_MS = 300_000;

/** What these processes believe the time to be, by process id, ms ahead. */
async function setClocks({ instance }: ChaosRound, aheadMs: Record<string, number>): Promise<void> {
  await writeFile(clocksFile(instance.folder), JSON.stringify(aheadMs));
}

/** One half of each role is five minutes ahead, the other half behind. */
async function fiveMinutesOff(round: ChaosRound): Promise<number[]> {
  const pids = [...(await round.instance.pids('api')), ...(await round.instance.pids('worker'))];
  await setClocks(
    round,
    Object.fromEntries(pids.map((pid, index) => [pid, index % 2 === 0 ? FIVE_MINUTES_MS : -FIVE_MINUTES_MS])),
  );
  return pids;
}

const rightAgain =
  (round: ChaosRound): Heal =>
  () =>
    setClocks(round, {});

export const CLOCK_FAULTS: readonly Fault[] = [
  {
    name: 'clocks-five-minutes-off',
    group: 'clocks',
    expected: 'nobody notices: time that decides is the gate’s, tokens are judged by the offset to it',
    async begin(round) {
      await fiveMinutesOff(round);
      return rightAgain(round);
    },
  },
  {
    name: 'clocks-set-back',
    group: 'clocks',
    expected: 'nobody notices: nothing waits for a clock that jumped ten minutes back',
    async begin(round) {
      const pids = await fiveMinutesOff(round);
      await round.pause(round.random.between(300, 1_200));
      await setClocks(round, Object.fromEntries(pids.map((pid) => [pid, -FIVE_MINUTES_MS])));
      return rightAgain(round);
    },
  },
];
