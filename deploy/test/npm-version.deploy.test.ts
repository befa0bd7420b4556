import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { access, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stampede-release-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = async (program: string, ...args: string[]): Promise<string> => {
  const name = ['-c', 'user.name=release', '-c', 'user.email=release@test.invalid'];
  const all = program === 'git' ? [...name, ...args] : args;
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, ...environment } = process.env;
  const env = {
    ...environment,
    ...{ GIT_AUTHOR_NAME: 'release', GIT_AUTHOR_EMAIL: 'release@test.invalid' },
    ...{ GIT_COMMITTER_NAME: 'release', GIT_COMMITTER_EMAIL: 'release@test.invalid' },
  };
  return (await promisify(execFile)(program, all, { cwd: folder, env })).stdout.trim();
};

it('npm run release writes the number into package.json, its lock and the changelog, in one commit with its tag', async () => {
  for (const path of ['package.json', 'package-lock.json', '.npmrc', 'CHANGELOG.md', 'scripts'])
    await cp(join(ROOT, path), join(folder, path), { recursive: true });
  // All tests run before a release; not in a test of one.
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  expect(manifest.scripts.preversion).toBe('npm test');
  manifest.scripts.preversion = "node --eval \"fs.writeFileSync('.git/tested', '')\"";
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  const changelog = await readFile(join(folder, 'CHANGELOG.md'), 'utf8');
  await writeFile(
    join(folder, 'CHANGELOG.md'),
    changelog.replace('## Unreleased\n', '## Unreleased\n\n- **Releases** are tried.\n'),
  );
  await run('git', 'init', '--quiet', '--initial-branch=main');
  await run('git', 'add', '.');
  await run('git', 'commit', '--quiet', '--message', 'before');

  await run('npm', 'run', 'release', '--', '9.9.0');
  await access(join(folder, '.git/tested'));
  expect(await run('git', 'status', '--porcelain')).toBe('');
  expect(await run('git', 'tag', '--points-at', 'HEAD')).toBe('v9.9.0');
  expect((await run('git', 'show', '--name-only', '--format=%s', 'HEAD')).split(/\n+/)).toEqual([
    ...['9.9.0', 'CHANGELOG.md', 'package-lock.json', 'package.json'],
  ]);
  const released = await readFile(join(folder, 'CHANGELOG.md'), 'utf8');
  expect(released).toMatch(
    /^## Unreleased\n\n## 9\.9\.0, \d{4}-\d\d-\d\d\n\n- \*\*Releases\*\* are tried\./m,
  );
}, 60_000);
