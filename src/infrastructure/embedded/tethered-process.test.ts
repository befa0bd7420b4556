import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { isAlive, isGoneWithin, signal } from './process-table.ts';
import { spawnTethered, type TetheredProgram } from './tethered-process.ts';

const sleeper: TetheredProgram = {
  program: 'sleep',
  args: ['300'],
  stopSignal: 'TERM',
  env: process.env,
  onLine: () => undefined,
};

describe('spawnTethered', () => {
  it('tells the pid of the program itself and stops it when asked', async () => {
    const tethered = await spawnTethered(sleeper);
    expect(isAlive(tethered.pid)).toBe(true);

    tethered.stop();

    expect(await tethered.exited).toBe('code 143');
    expect(isAlive(tethered.pid)).toBe(false);
  });

  it('tells when the program is killed by somebody else', async () => {
    const tethered = await spawnTethered(sleeper);
    signal(tethered.pid, 'SIGKILL');
    expect(await tethered.exited).toBe('code 137');
  });

  it('hands over what the program prints, line by line', async () => {
    const lines: string[] = [];
    const printer = { ...sleeper, program: 'sh', args: ['-c', 'echo one; echo two >&2'] };
    const tethered = await spawnTethered({ ...printer, onLine: (line) => lines.push(line) });
    await tethered.exited;
    expect(lines.sort()).toEqual(['one', 'two']);
  });

  it('tells what is wrong when there is no such program', async () => {
    const tethered = await spawnTethered({ ...sleeper, program: '/no/such/program' });
    expect(await tethered.exited).toBe('code 127');
  });

  it('stops the program when the supervisor is killed without a chance to clean up', async () => {
    const module = new URL('./tethered-process.ts', import.meta.url).href;
    const script = `
      import { spawnTethered } from '${module}';
      const { pid } = await spawnTethered({
        program: 'sleep', args: ['300'], stopSignal: 'TERM', env: process.env, onLine: () => undefined,
      });
      console.log(pid);
      setInterval(() => undefined, 1000);
    `;
    const supervisor = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const [line] = (await once(createInterface({ input: supervisor.stdout }), 'line')) as [string];
    expect(isAlive(Number(line))).toBe(true);

    supervisor.kill('SIGKILL');

    expect(await isGoneWithin(Number(line), 5_000)).toBe(true);
  });
});
