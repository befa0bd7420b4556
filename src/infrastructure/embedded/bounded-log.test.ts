import { describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBoundedLog } from './bounded-log.ts';

describe('openBoundedLog', () => {
  it('keeps two files of bounded size, however much is written', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'stampede-log-'));
    const log = openBoundedLog(dataDir, 'api', { maxBytes: 1_000 });
    for (let line = 0; line < 500; line += 1) log.write('x'.repeat(99));
    log.close();

    const files = await readdir(join(dataDir, 'logs'));
    expect(files.sort()).toEqual(['api.log', 'api.log.1']);
    for (const file of files) {
      expect((await stat(join(dataDir, 'logs', file))).size).toBeLessThanOrEqual(1_000);
    }
    await rm(dataDir, { recursive: true });
  });
});
