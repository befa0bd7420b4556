import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { beginLoopDelays, endLoopDelays, watchedLoopOptions } from './loop-delays.ts';

/** Stands still for so many milliseconds as it is told on stdin, and says when it is done. */
const PROGRAM = `process.stdin.on('data', (text) => {
  const until = Date.now() + Number(text);
  while (Date.now() < until);
  setTimeout(() => process.stdout.write('done'), 30);
})`;

describe('the event-loop delay', () => {
  let child: ChildProcessByStdio<Writable, Readable, null> | undefined;
  afterEach(() => {
    child?.kill('SIGKILL');
  });

  async function start(
    nodeOptions: string,
  ): Promise<{ pid: number; standStill: (ms: number) => Promise<unknown> }> {
    const env = { PATH: process.env.PATH, NODE_OPTIONS: nodeOptions };
    const started = spawn(process.execPath, ['-e', PROGRAM], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    child = started;
    const standStill = async (ms: number): Promise<unknown> => {
      started.stdin.write(String(ms));
      return once(started.stdout, 'data');
    };
    await standStill(0);
    return { pid: started.pid!, standStill };
  }

  it('of a watched process tells how long it stood still while it was measured, and only then', async () => {
    const { pid, standStill } = await start(watchedLoopOptions());
    await beginLoopDelays({ api: [pid] });
    await standStill(0); // by then it has begun
    await standStill(800);
    const { api: before } = await endLoopDelays({ api: [pid] });
    expect(before?.[0]?.max).toBeGreaterThan(700);
    await standStill(800);
    expect(await endLoopDelays({ api: [pid] })).toEqual({});
    await beginLoopDelays({ api: [pid] });
    await standStill(20);
    const { api: after } = await endLoopDelays({ api: [pid] });
    expect(after).toHaveLength(1);
    expect(after?.[0]?.max).toBeLessThan(before![0]!.max);
  });

  it('is measured anew when nobody asked what was found', async () => {
    const { pid, standStill } = await start(watchedLoopOptions());
    await beginLoopDelays({ api: [pid] });
    await standStill(0); // by then it has begun
    await standStill(800);
    await beginLoopDelays({ api: [pid] });
    await standStill(20);
    const { api: found } = await endLoopDelays({ api: [pid] });
    expect(found?.[0]?.max).toBeLessThan(700);
  });

  it('is not asked of a process that would die of the question', async () => {
    const { pid, standStill } = await start('');
    await beginLoopDelays({ api: [pid] });
    expect(await endLoopDelays({ api: [pid] })).toEqual({});
    await standStill(0);
    expect(child?.signalCode).toBeNull();
  });
});
