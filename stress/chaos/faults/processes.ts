import type { AppRole, ChaosRound, Fault, Heal } from '../fault.ts';
import type { Failpoint } from '../failpoints.ts';

const nothing: Heal = () => Promise.resolve();

/** Kills these processes; healed when as many run again. */
async function killed({ instance }: ChaosRound, role: AppRole, pids: readonly number[]): Promise<Heal> {
  await Promise.all(pids.map((pid) => instance.kill(role, pid)));
  return () => instance.untilBack(role, pids);
}

/** Whoever comes by the failpoint dies there. When the crowd has gone or buys nothing, nobody does. */
async function diesAt(round: ChaosRound, role: AppRole, failpoint: Failpoint): Promise<Heal | null> {
  const before = await round.instance.pids(role);
  const trap = await round.arm(failpoint, { act: 'die' });
  await round.until(trap.hasHit, `somebody comes by ${failpoint}`, 8_000).catch(() => undefined);
  await trap.disarm();
  if (!trap.hasHit()) return null;
  await round.until(async () => (await gone()).length > 0, 'its death is noticed');
  return async () => round.instance.untilBack(role, await gone());

  async function gone(): Promise<number[]> {
    const now = await round.instance.pids(role);
    return before.filter((pid) => !now.includes(pid));
  }
}

const apiDiesAt = (name: string, failpoint: Failpoint, expected: string): Fault => ({
  name,
  group: 'processes',
  expected,
  begin: (round) => diesAt(round, 'api', failpoint),
});

const workerDiesAt = (name: string, failpoint: Failpoint, expected: string): Fault => ({
  name,
  group: 'processes',
  expected,
  begin: (round) => diesAt(round, 'worker', failpoint),
});

export const PROCESS_FAULTS: readonly Fault[] = [
  apiDiesAt(
    'api-dies-before-enqueue',
    'api.before-enqueue',
    'connection cut; the key finds the same attempt; reconcile enqueues it within 3 s',
  ),
  apiDiesAt(
    'api-dies-after-enqueue',
    'api.after-enqueue',
    'connection cut; the key finds the same attempt, settled meanwhile',
  ),
  {
    name: 'api-killed',
    group: 'processes',
    expected: 'connections cut, the other process answers; nothing accepted is lost',
    begin: async (round) => killed(round, 'api', [round.random.pick(await round.instance.pids('api'))]),
  },
  {
    name: 'api-all-killed',
    group: 'processes',
    expected: 'nobody answers for about a second; nothing accepted is lost',
    begin: async (round) => killed(round, 'api', await round.instance.pids('api')),
  },
  workerDiesAt(
    'worker-dies-before-write',
    'worker.before-write',
    'another worker has the job after at most 4 s',
  ),
  workerDiesAt(
    'worker-dies-inside-transaction',
    'worker.before-commit',
    'PostgreSQL rolls back; another worker settles it once',
  ),
  workerDiesAt(
    'worker-dies-after-commit',
    'worker.after-commit',
    'the job runs again, finds its outcomes and announces them',
  ),
  workerDiesAt('worker-dies-before-ack', 'worker.before-ack', 'the job runs again and changes nothing'),
  {
    name: 'worker-killed',
    group: 'processes',
    expected: 'the other worker goes on; its jobs run again after at most 4 s',
    begin: async (round) => killed(round, 'worker', [round.random.pick(await round.instance.pids('worker'))]),
  },
  {
    name: 'worker-all-killed',
    group: 'processes',
    expected: 'accepted attempts wait; all are settled when workers are back',
    begin: async (round) => killed(round, 'worker', await round.instance.pids('worker')),
  },
  {
    name: 'supervisor-killed',
    group: 'processes',
    expected: 'the whole instance ends by itself; started again, it goes on with what it had',
    needs: { alone: true },
    async begin({ instance }) {
      await instance.killSupervisor();
      return () => instance.startAgain();
    },
  },
  {
    name: 'worker-frozen-past-its-lock',
    group: 'processes',
    expected: 'another worker takes its jobs over; when it goes on, each attempt still has one outcome',
    async begin({ instance, random, pause }) {
      const pid = random.pick(await instance.pids('worker'));
      instance.signal(pid, 'SIGSTOP');
      await pause(3_500 + random.between(0, 400)); // a job's lock lasts 3 s
      return async () => instance.signal(pid, 'SIGCONT');
    },
  },
  {
    name: 'loop-blocked-briefly',
    group: 'processes',
    expected: 'its connections wait; the other process answers; jobs of a blocked worker run twice',
    async begin({ instance, random, pause }) {
      const role = random.pick(['api', 'worker'] as const);
      const ms = random.between(1_000, 4_000);
      await instance.hang(random.pick(await instance.pids(role)), ms);
      await pause(ms);
      return nothing;
    },
  },
  {
    name: 'loop-blocked-30-s',
    group: 'processes',
    expected: 'shoppers at that process come back to another one; nothing waits for it',
    needs: { alone: true },
    async begin({ instance, random, pause }) {
      const role = random.pick(['api', 'worker'] as const);
      await instance.hang(random.pick(await instance.pids(role)), 30_000);
      await pause(30_000);
      return nothing;
    },
  },
  {
    name: 'rolling-restart',
    group: 'processes',
    expected: 'not one request fails',
    needs: { alone: true },
    async begin(round) {
      const { instance, crowd, judge } = round;
      const before = crowd.failures().length;
      for (const role of ['api', 'worker'] as const) {
        for (const pid of await instance.pids(role)) {
          await instance.stopProcess(role, pid);
          await instance.untilBack(role, [pid]);
        }
      }
      round.atEnd(async () => {
        const failed = crowd.failures().slice(before);
        judge({
          id: 'rolled',
          ok: failed.length === 0,
          detail: `${failed.length} requests failed; ${JSON.stringify(failed.slice(0, 3))}`,
        });
      });
      return nothing;
    },
  },
];
