import { readFile } from 'node:fs/promises';

/** One guard of the engine, and how it is taken out. */
export interface Guard {
  name: string;
  /** What it keeps true, with the promise it serves. */
  keeps: string;
  /** The file it stands in, from the root. */
  file: string;
  /** Each text stands in the file exactly once. */
  changes: { text: string; instead: string }[];
  /** The part of the suite that must notice; at least one. */
  tests: GuardTest[];
}

export interface GuardTest {
  /** A test file, from the root. */
  path: string;
  /** A part of the names of the tests that must notice; absent: any test of the file. */
  named?: string;
}

const HEAD = /^([a-z0-9-]+): (.+)$/;
const TEST = /^test ([\w./-]+)(?: :: (.+))?$/;

/**
 * Reads guards.txt: one block a guard, an empty line between two, `#` for a comment.
 *
 *     name: what it keeps
 *     file path
 *     - text that stands in the file exactly once, one line or more
 *     + what takes its place; nothing when there is no such line
 *     test path
 *     test path :: part of the names of its tests
 *
 * A `-` line after a `+` line begins another change of the same guard.
 *
 * @throws when a line or a block is none of this, or a name is there twice
 */
export function parseGuards(text: string): Guard[] {
  const guards = text
    .split(/\n{2,}/)
    .map((block) => block.split('\n').filter((line) => line !== '' && !line.startsWith('#')))
    .filter((lines) => lines.length > 0)
    .map(parseBlock);
  const names = guards.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`guards.txt has ${twice} twice`);
  return guards;
}

export async function readGuards(): Promise<Guard[]> {
  return parseGuards(await readFile(new URL('./guards.txt', import.meta.url), 'utf8'));
}

function parseBlock([head = '', ...lines]: string[]): Guard {
  const [, name, keeps] = HEAD.exec(head) ?? [];
  if (name === undefined || keeps === undefined) throw new Error(`guards.txt: no guard begins with ${head}`);
  const files: string[] = [];
  const tests: GuardTest[] = [];
  const changes: { text: string[]; instead: string[] }[] = [];
  let before = '';
  for (const line of lines) {
    const kind = line.charAt(0);
    const rest = line.slice(2);
    if (kind === '-') {
      if (before !== '-') changes.push({ text: [], instead: [] });
      changes.at(-1)?.text.push(rest);
    } else if (kind === '+' && changes.length > 0) changes.at(-1)?.instead.push(rest);
    else if (line.startsWith('file ')) files.push(line.slice(5));
    else {
      const [, path, named] = TEST.exec(line) ?? [];
      if (path === undefined) throw new Error(`guards.txt, ${name}: ${line}`);
      tests.push({ path, ...(named === undefined ? {} : { named }) });
    }
    before = kind;
  }
  const [file] = files;
  if (file === undefined || files.length > 1 || changes.length === 0 || tests.length === 0)
    throw new Error(`guards.txt: ${name} needs one file, a change and a test`);
  return {
    name,
    keeps,
    file,
    changes: changes.map(({ text, instead }) => ({ text: text.join('\n'), instead: instead.join('\n') })),
    tests,
  };
}

/**
 * The file's text without the guard.
 *
 * @throws when a text of the guard does not stand there exactly once: the code has changed, and the guard with it
 */
export function takeOut({ name, file, changes }: Guard, source: string): string {
  return changes.reduce((rest, { text, instead }) => {
    const [before, after, ...more] = rest.split(text);
    if (before === undefined || after === undefined || more.length > 0) {
      const times = rest.split(text).length - 1;
      throw new Error(`${name}: stands ${times} times in ${file}, not once:\n${text}`);
    }
    return before + instead + after;
  }, source);
}
