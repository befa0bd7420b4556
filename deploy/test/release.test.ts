import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { createOpenApiDocument } from '../../src/contracts/openapi.ts';
import { readBuildIdentity } from '../../src/features/health/build-identity.ts';
import { findRoot } from '../../src/utils/find-root.ts';

const ROOT = findRoot(import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, ROOT), 'utf8');
const notes: string = '../../scripts/lib/release-notes.mjs'; // scripts have no types
const { closeUnreleased, releasesOf } = (await import(notes)) as {
  closeUnreleased: (changelog: string, version: string, day: string) => string;
  releasesOf: (changelog: string) => string[];
};

describe('the version', () => {
  it('is the same in package.json, its lock, the newest release of the changelog, health and the OpenAPI document', async () => {
    const { version } = JSON.parse(await read('package.json')) as { version: string };
    const lock = JSON.parse(await read('package-lock.json')) as {
      version: string;
      packages: Record<string, { version: string }>;
    };
    expect([lock.version, lock.packages['']?.version]).toEqual([version, version]);
    expect(releasesOf(await read('CHANGELOG.md'))[0]).toBe(version);
    const identity = readBuildIdentity(ROOT);
    expect(identity.version).toBe(version);
    expect(createOpenApiDocument(identity)).toMatchObject({ info: { version } });
  });
});

describe('a release', () => {
  const changelog =
    '# Changelog\n\n## Unreleased\n\n- **Shoppers** see more.\n\n## 0.1.0, 2026-11-21\n\n- First.\n';

  it('gives what was not released its number and day, and leaves room for what comes', () => {
    expect(closeUnreleased(changelog, '0.2.0', '2026-12-01')).toBe(
      '# Changelog\n\n## Unreleased\n\n## 0.2.0, 2026-12-01\n\n- **Shoppers** see more.\n\n## 0.1.0, 2026-11-21\n\n- First.\n',
    );
  });

  it('is refused when nothing is said of it, and when its number is taken', () => {
    const closed = closeUnreleased(changelog, '0.2.0', '2026-12-01');
    expect(() => closeUnreleased(closed, '0.3.0', '2026-12-02')).toThrow('says nothing of 0.3.0');
    expect(() => closeUnreleased(changelog, '0.1.0', '2026-12-01')).toThrow('has a section 0.1.0 already');
  });
});
