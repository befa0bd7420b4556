import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { supervisorOf, takeInstanceLock } from './instance-lock.ts';

describe('takeInstanceLock', () => {
  let dataDir: string;
  beforeEach(async () => (dataDir = await mkdtemp(join(tmpdir(), 'stampede-lock-'))));
  afterEach(() => rm(dataDir, { recursive: true }));

  it('tells a second starter who has the folder', async () => {
    await takeInstanceLock(dataDir);
    expect(await takeInstanceLock(dataDir)).toEqual({ takenBy: process.pid });
  });

  it('gives the folder to the next one after a release', async () => {
    const lock = await takeInstanceLock(dataDir);
    if ('release' in lock) await lock.release();
    expect(await supervisorOf(dataDir)).toBeUndefined();
    expect(await takeInstanceLock(dataDir)).toHaveProperty('release');
  });

  it('takes over from a supervisor that was killed, also when another process has its pid now', async () => {
    const killed = { pid: process.pid, startTicks: '1' };
    await writeFile(join(dataDir, 'supervisor.lock'), JSON.stringify(killed));
    expect(await takeInstanceLock(dataDir)).toHaveProperty('release');
  });
});
