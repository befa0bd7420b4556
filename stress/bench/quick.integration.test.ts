import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BenchReport } from './report.ts';

describe('npm run bench -- --quick', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stampede-bench-test-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('keeps every promise at every work, and leaves a report that needs no network', async () => {
    // As npm runs it: from the build, for a dozen processes that compile their sources first take twice the time.
    const script = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url));
    const args = [script, 'stress/bench/run', '--quick', '--json', '--out', folder];
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, WEB_CONCURRENCY: '2' };
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    const { ok, files } = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
      ok: boolean;
      files: { html: string; json: string };
    };
    expect(ok).toBe(true);

    const report = JSON.parse(await readFile(files.json, 'utf8')) as BenchReport;
    expect(report.broken).toEqual([]);
    // Every bar but those of overload and of a million attempts, which are not part of it, has its figures. What they are is
    // nobody's business here.
    const notMeasured = report.bars.filter(({ verdict }) => verdict === 'not measured');
    expect(notMeasured.map(({ id }) => id)).toEqual([
      ...['goodput', 'overload-refused', 'overload-errors'],
      ...['growth', 'growth-api-memory', 'growth-redis-memory', 'growth-inflight'],
    ]);
    const ours = report.measurements.filter(({ contender }) => contender === 'stampede');
    expect(ours.map(({ work }) => work).sort()).toEqual([
      ...[
        'drain',
        'everybody-wins',
        'growth-10k',
        'growth-1k',
        'seen-drop',
        'seen-wins',
        'sockets',
        'sold-out',
      ],
      ...['status-reads', 'whole-drop'],
    ]);

    const watched = ours.map(({ usage }) => [
      usage.api?.loopDelaysMs?.length,
      usage.worker?.loopDelaysMs?.length,
    ]);
    expect(watched).toEqual(ours.map(() => [2, 1]));

    const page = await readFile(files.html, 'utf8');
    expect(page).toContain('<h1>Stampede bench</h1>');
    expect(page).toContain('<h2>Growth');
    expect(page.match(/<svg /g)!.length).toBeGreaterThan(6);
    expect(page).not.toMatch(/\b(?:src|href)=|@import|url\(|NaN|undefined/);
  }, 240_000);
});
