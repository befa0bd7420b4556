import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommandLine } from '../../src/testing/run-command.ts';
import type { BenchReport } from './report.ts';

describe('npm run bench -- --quick', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stampede-bench-test-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('keeps every promise at every work, and leaves a report that needs no network', async () => {
    const args = ['--quick', '--json', '--out', folder];
    const result = await runCommandLine('stress/bench/run', args, { WEB_CONCURRENCY: '2' });
    expect({ exitCode: result.exitCode, stderr: result.exitCode === 0 ? '' : result.stderr }).toEqual({
      exitCode: 0,
      stderr: '',
    });
    const { ok, files } = result.json() as { ok: boolean; files: { html: string; json: string } };
    expect(ok).toBe(true);

    const report = JSON.parse(await readFile(files.json, 'utf8')) as BenchReport;
    expect(report.broken).toEqual([]);
    // Every bar but those of overload, which is not part of it, has its figures. What they are is nobody's business here.
    const notMeasured = report.bars.filter(({ verdict }) => verdict === 'not measured');
    expect(notMeasured.map(({ id }) => id)).toEqual(['goodput', 'overload-refused', 'overload-errors']);
    const ours = report.measurements.filter(({ contender }) => contender === 'stampede');
    expect(ours.map(({ work }) => work).sort()).toEqual([
      ...['drain', 'everybody-wins', 'sockets', 'sold-out', 'status-reads', 'whole-drop'],
    ]);

    const page = await readFile(files.html, 'utf8');
    expect(page).toContain('<h1>Stampede bench</h1>');
    expect(page.match(/<svg /g)!.length).toBeGreaterThan(6);
    expect(page).not.toMatch(/\b(?:src|href)=|@import|url\(|NaN|undefined/);
  }, 240_000);
});
