import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Campaign } from './campaign.ts';
import type { Fault } from './fault.ts';
import { renderMatrix, writeMatrix } from './matrix.ts';

const fault: Fault = {
  ...{ name: 'redis-killed', group: 'redis', expected: 'a second of 503' },
  begin: () => Promise.reject(new Error('a table begins nothing')),
};

const round = (ack: 'queued' | 'committed', recoveryMs: number, ok = true): Campaign['rounds'][number] => ({
  ...{ seed: 1, ack, ok, recoveryMs, faults: ['redis-killed'], verdicts: [], lost: 2, accepted: 10 },
  ...{ wishes: 12, seconds: 8, saleIds: [], log: [] },
});
const campaign: Campaign = {
  ...{ seed: 1, ack: 'both', at: '2026-11-21T08:00:00.000Z', commit: 'abc1234', seconds: 600 },
  rounds: [round('queued', 1_000), round('committed', 2_000), round('committed', 7_000, false)],
};

describe('the matrix', () => {
  it('tells how often a fault was seen under each level, what it broke and how long it took', () => {
    const text = renderMatrix(campaign, [fault]);
    expect(text).toContain('| redis-killed | a second of 503 | 1 / 2 | 1 | 2.0 s | 7.0 s |');
    expect(text).toContain('Seed 1, 3 rounds, commit abc1234');
  });

  it('is written between its marks, and leaves the rest of the file alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stampede-matrix-'));
    const path = join(folder, 'resilience.md');
    try {
      const begin = '<!-- written by npm run chaos: begin -->\n<!-- prettier-ignore-start -->';
      const end = '<!-- prettier-ignore-end -->\n<!-- written by npm run chaos: end -->';
      await writeFile(path, `above\n${begin}\noutdated\n${end}\nbelow\n`);
      await writeMatrix(path, campaign, [fault]);
      await writeMatrix(path, campaign, [fault]);
      const text = await readFile(path, 'utf8');
      expect(text.startsWith(`above\n${begin}\n\nSeed 1`)).toBe(true);
      expect(text.endsWith(`${end}\nbelow\n`)).toBe(true);
      expect(text).not.toContain('outdated');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
