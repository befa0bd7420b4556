import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseGuards, readGuards, takeOut, type Guard } from './read-guards.ts';

const inRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const aGuard = (changes: Guard['changes']): Guard => ({
  name: 'a-guard',
  keeps: 'something',
  file: 'a.ts',
  changes,
  tests: [],
});

describe('the list of guards', () => {
  it('names each guard once, and each can be taken out of the code as it is now', async () => {
    const guards = await readGuards();
    expect(guards.length).toBeGreaterThan(30);
    const stale: string[] = [];
    for (const guard of guards) {
      const source = await readFile(inRoot(guard.file), 'utf8');
      try {
        expect(takeOut(guard, source)).not.toBe(source);
      } catch (error) {
        stale.push((error as Error).message);
      }
    }
    expect(stale).toEqual([]);
  });

  it('names tests that there are', async () => {
    const missing: string[] = [];
    for (const { name, tests } of await readGuards()) {
      for (const { path, named } of tests) {
        if (!existsSync(inRoot(path))) missing.push(`${name}: ${path}`);
        else if (named !== undefined && !(await readFile(inRoot(path), 'utf8')).includes(named))
          missing.push(`${name}: ${path} :: ${named}`);
      }
    }
    expect(missing).toEqual([]);
  });
});

describe('reading the list', () => {
  it('takes several changes, lines that belong together, and what is left out', () => {
    const text = [
      '# A comment.',
      '',
      'a-guard: it keeps what it keeps (I1)',
      'file src/a.ts',
      '- one',
      '-   two',
      '+ three',
      '- four',
      'test src/a.test.ts :: does this',
      'test src/b.test.ts',
    ].join('\n');
    expect(parseGuards(text)).toEqual([
      {
        name: 'a-guard',
        keeps: 'it keeps what it keeps (I1)',
        file: 'src/a.ts',
        changes: [
          { text: 'one\n  two', instead: 'three' },
          { text: 'four', instead: '' },
        ],
        tests: [{ path: 'src/a.test.ts', named: 'does this' }, { path: 'src/b.test.ts' }],
      },
    ]);
  });

  it.each([
    ['a block without a name', 'file a\n- b\ntest c'],
    ['a guard without a file', 'a: b\n- c\ntest d'],
    ['a guard that takes nothing out', 'a: b\nfile c\ntest d'],
    ['a guard without a test', 'a: b\nfile c\n- d'],
    ['a line that is none of its own', 'a: b\nfile c\n- d\ntest e\nand so on'],
    ['a name that is there twice', 'a: b\nfile c\n- d\ntest e\n\na: b\nfile c\n- d\ntest e'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseGuards(text)).toThrow('guards.txt');
  });
});

describe('taking a guard out', () => {
  it('changes each text where it stands', () => {
    const guard = aGuard([
      { text: 'if (a) ', instead: '' },
      { text: 'b()', instead: 'c()' },
    ]);
    expect(takeOut(guard, 'if (a) b();')).toBe('c();');
  });

  it('refuses a text that is gone, and one that stands there twice', () => {
    const guard = aGuard([{ text: 'a', instead: '' }]);
    expect(() => takeOut(guard, 'b')).toThrow('stands 0 times in a.ts');
    expect(() => takeOut(guard, 'a b a')).toThrow('stands 2 times in a.ts');
  });
});
