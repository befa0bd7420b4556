import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommandLine } from '../../src/testing/run-command.ts';
import type { Campaign } from './campaign.ts';

let out: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'stampede-campaign-'));
});
afterAll(() => rm(out, { recursive: true, force: true }));

describe('a short campaign', () => {
  it('keeps every promise while processes die at failpoints and Redis loses everything', async () => {
    const faults = ['api-dies-before-enqueue', 'worker-dies-after-commit', 'redis-flushed'];
    const flags = ['--seed', '30', '--rounds', '3', '--only', faults.join(','), '--out', out, '--json'];
    const result = await runCommandLine('stress/chaos/run', flags, {});
    const { rounds } = result.json() as unknown as Campaign;
    const broken = rounds.flatMap(({ verdicts }) => verdicts.filter(({ ok }) => !ok));
    expect({ broken, exitCode: result.exitCode }).toEqual({ broken: [], exitCode: 0 });
    expect(rounds.map(({ faults: met }) => met.length > 0)).toEqual([true, true, true]);
    for (const { accepted } of rounds) expect(accepted).toBeGreaterThan(0);
    expect(await readdir(out)).toEqual(['campaign.json']);
  }, 240_000);

  it('tells its faults, and refuses one it does not know', async () => {
    const listed = await runCommandLine('stress/chaos/run', ['--list'], {});
    expect(listed.stdout).toContain('redis-replaced-by-stale-copy');
    const refused = await runCommandLine('stress/chaos/run', ['--only', 'earthquake'], {});
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("there is no fault 'earthquake'");
  });
});
