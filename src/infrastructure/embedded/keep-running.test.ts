import { describe, expect, it } from '@jest/globals';
import { keepRunning } from './keep-running.ts';
import type { SupervisedProcess } from './tethered-process.ts';

interface FakeProcess extends SupervisedProcess {
  die(reason: string): void;
}

/** A promise and the function that keeps it. */
function promiseToKeep<T>(): [Promise<T>, (value: T) => void] {
  let keep: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => (keep = resolve));
  return [promise, keep];
}

function fakeProcess(pid: number): FakeProcess {
  const [exited, die] = promiseToKeep<string>();
  return { pid, exited, die, stop: () => die('code 0'), kill: () => die('signal SIGKILL') };
}

/** Starts fakes with pids 1, 2, …; a start whose number is in `failing` throws. */
function fakeProgram({ failing = [] as number[] } = {}) {
  const running: FakeProcess[] = [];
  const told: string[] = [];
  let starts = 0;
  return {
    running,
    told,
    deps: {
      role: 'worker' as const,
      start: async () => {
        starts += 1;
        if (failing.includes(starts)) throw new Error('no port');
        const process = fakeProcess(starts);
        running.push(process);
        return process;
      },
      onChange: () => undefined,
      onDeath: (message: string) => told.push(message),
    },
  };
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('keepRunning', () => {
  it('starts a process again when it dies', async () => {
    const { deps, running, told } = fakeProgram();
    const kept = await keepRunning(deps);
    running[0]!.die('signal SIGKILL');
    await until(() => kept.pid === 2);
    expect(told).toEqual(['worker died (signal SIGKILL); starting it again']);
    await kept.stop();
  });

  it('tries again when the new one cannot be started', async () => {
    const { deps, running, told } = fakeProgram({ failing: [2] });
    const kept = await keepRunning(deps);
    running[0]!.die('code 1');
    await until(() => kept.pid === 3);
    expect(told.at(-1)).toBe('worker could not be started: no port');
    await kept.stop();
  });

  it('does not start it again once it is stopped', async () => {
    const { deps, running } = fakeProgram();
    const kept = await keepRunning(deps);
    await kept.stop();
    expect(kept.pid).toBeUndefined();
    expect(running).toHaveLength(1);
  });

  it('stops one that was just being started again', async () => {
    const { deps, running } = fakeProgram();
    const [mayStart, letStart] = promiseToKeep<undefined>();
    let isFirst = true;
    const start = async (): Promise<SupervisedProcess> => {
      if (!isFirst) await mayStart;
      isFirst = false;
      return deps.start();
    };
    const kept = await keepRunning({ ...deps, start });
    running[0]!.die('code 1');
    await until(() => kept.pid === undefined);
    const stopped = kept.stop();
    letStart(undefined);
    await stopped;
    expect(kept.pid).toBeUndefined();
  });

  it('fails when the very first start fails', async () => {
    const { deps } = fakeProgram({ failing: [1] });
    await expect(keepRunning(deps)).rejects.toThrow('no port');
  });
});
