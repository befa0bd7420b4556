import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FAILPOINTS } from './failpoints.ts';
import { armFailpoint, disarmFailpoint, findMet, passFailpoint } from './pass-failpoint.ts';
import { FOLDER_VARIABLE } from './settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stampede-failpoints-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a failpoint', () => {
  it('is met once, by the first who comes by', () => {
    expect(passFailpoint(folder, 'worker', 'worker.after-commit')).toBe(0);
    armFailpoint(folder, 'worker.after-commit', { act: 'wait', ms: 70 });
    expect(findMet(folder, 'worker.after-commit')).toBeUndefined();
    expect(passFailpoint(folder, 'worker', 'worker.before-commit')).toBe(0);
    expect(passFailpoint(folder, 'worker', 'worker.after-commit')).toBe(70);
    expect(findMet(folder, 'worker.after-commit')).toBe('worker');
    expect(passFailpoint(folder, 'worker', 'worker.after-commit')).toBe(0);
  });

  it('is not met any more once it is disarmed', () => {
    armFailpoint(folder, 'api.after-enqueue', { act: 'wait', ms: 70 });
    disarmFailpoint(folder, 'api.after-enqueue');
    expect(passFailpoint(folder, 'api', 'api.after-enqueue')).toBe(0);
  });

  it('has not a line in what an instance runs, and nothing of it is loaded unless the campaign says so', () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const files = ['src', 'scripts', 'migrations', 'seeds'].flatMap((name) =>
      readdirSync(join(root, name), { recursive: true, withFileTypes: true })
        .filter(
          (entry) => entry.isFile() && /\.(ts|mjs|lua)$/.test(entry.name) && !/\.test\.ts$/.test(entry.name),
        )
        .map((entry) => join(entry.parentPath, entry.name)),
    );
    expect(files.length).toBeGreaterThan(100);
    const words = [...Object.keys(FAILPOINTS), FOLDER_VARIABLE, 'stress/chaos', 'failpoint'];
    const found = files.filter((file) => {
      const text = readFileSync(file, 'utf8');
      return !file.includes('/src/testing/') && words.some((word) => text.includes(word));
    });
    expect(found).toEqual([]);
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const loading = Object.entries(scripts).filter(([, script]) =>
      /--import|NODE_OPTIONS|chaos/.test(script),
    );
    expect(loading.map(([name]) => name)).toEqual(['chaos']);
  });
});
