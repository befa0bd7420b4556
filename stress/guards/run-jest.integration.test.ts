import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judge, type GuardVerdict } from './guard-report.ts';
import { readGuards, type Guard } from './read-guards.ts';
import { runJest } from './run-jest.ts';
import { makeScratchCopy, type ScratchCopy } from './scratch-copy.ts';

describe('a guard', () => {
  let copy: ScratchCopy;
  /** Its tests need no service. */
  let guard: Guard;
  beforeAll(async () => {
    copy = await makeScratchCopy(fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''));
    guard = (await readGuards()).find(({ name }) => name === 'page-seq')!;
  });
  afterAll(() => copy.remove());

  const tryTests = async (one: Guard): Promise<GuardVerdict> => {
    const place = { folder: copy.folder, env: process.env, signal: new AbortController().signal };
    return judge(one, await runJest({ ...place, tests: one.tests, workers: 1, timeoutMs: 60_000 }), 0);
  };

  it('that is taken out is missed by a test, and is there again afterwards', async () => {
    const path = join(copy.folder, guard.file);
    const source = await readFile(path, 'utf8');
    expect(await copy.without(guard, () => tryTests(guard))).toMatchObject({
      verdict: 'killed',
      by: expect.arrayContaining([expect.stringContaining('ignores a body with a lower seq')]),
    });
    expect(await readFile(path, 'utf8')).toBe(source);
    expect(await tryTests(guard)).toMatchObject({ verdict: 'survived', by: [] });
  });

  it('has no verdict when its file cannot be loaded without it, or when no test is asked', async () => {
    const broken = { ...guard, changes: [{ text: 'export function newestStatus(', instead: 'export (' }] };
    expect(await copy.without(broken, () => tryTests(broken))).toMatchObject({ verdict: 'unclear' });
    const unasked = { ...guard, tests: [{ ...guard.tests[0]!, named: 'no test is named so' }] };
    expect(await tryTests(unasked)).toMatchObject({ verdict: 'unclear', message: 'no test ran' });
  });
});
