import { describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readBuildIdentity } from './build-identity.ts';

function withCheckout(files: Record<string, string>, check: (root: URL) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'stampede-build-'));
  try {
    for (const [path, text] of Object.entries({ 'package.json': '{"version":"1.2.3"}', ...files })) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    check(pathToFileURL(`${folder}/`));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('readBuildIdentity', () => {
  it('takes what the deployment says', () => {
    withCheckout({ '.git/HEAD': 'aaa\n' }, (root) => {
      expect(readBuildIdentity(root, 'bbb')).toEqual({ version: '1.2.3', commit: 'bbb' });
    });
  });

  it('follows HEAD to its branch, loose or packed', () => {
    const HEAD = 'ref: refs/heads/main\n';
    withCheckout({ '.git/HEAD': HEAD, '.git/refs/heads/main': 'ccc\n' }, (root) => {
      expect(readBuildIdentity(root).commit).toBe('ccc');
    });
    withCheckout({ '.git/HEAD': HEAD, '.git/packed-refs': '# pack-refs\nddd refs/heads/main\n' }, (root) => {
      expect(readBuildIdentity(root).commit).toBe('ddd');
    });
  });

  it('takes a detached HEAD as it is', () => {
    withCheckout({ '.git/HEAD': 'eee\n' }, (root) => expect(readBuildIdentity(root).commit).toBe('eee'));
  });

  it('says unknown outside a checkout', () => {
    withCheckout({}, (root) => expect(readBuildIdentity(root).commit).toBe('unknown'));
  });
});
