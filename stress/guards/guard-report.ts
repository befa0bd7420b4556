import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Guard } from './read-guards.ts';
import type { JestResult } from './run-jest.ts';

/** `killed`: a test failed. `survived`: none did. `unclear`: the tests could not be run to their end. */
export interface GuardVerdict {
  name: string;
  keeps: string;
  file: string;
  verdict: 'killed' | 'survived' | 'unclear';
  /** The tests that failed, and what the first of them said; for `unclear` what went wrong. */
  by: string[];
  message: string;
  seconds: number;
}

export interface GuardReport {
  /** Of all sources: what was found of others says nothing about these. */
  fingerprint: string;
  startedAt: string;
  guards: GuardVerdict[];
}

export function judge(
  { name, keeps, file }: Guard,
  { failed, trouble }: JestResult,
  seconds: number,
): GuardVerdict {
  const guard = { name, keeps, file, seconds };
  if (trouble !== undefined) return { ...guard, verdict: 'unclear', by: [], message: trouble };
  const by = failed.map(({ test }) => test);
  return { ...guard, verdict: by.length > 0 ? 'killed' : 'survived', by, message: failed[0]?.message ?? '' };
}

/** One line, and for a guard that nobody misses why. */
export function describeVerdict({ name, verdict, by, message, seconds }: GuardVerdict): string {
  const more = by.length > 1 ? ` (and ${by.length - 1} more)` : '';
  const says = {
    killed: `killed by: ${by[0] ?? ''}${more}`,
    survived: 'SURVIVED',
    unclear: `UNCLEAR: ${message}`,
  };
  return `${`${seconds.toFixed(1)} s`.padStart(7)}  ${name.padEnd(28)} ${says[verdict]}`;
}

/** One hash for all sources in a folder, names and contents. */
export async function fingerprintOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    const content = await readFile(file);
    hash.update(`${relative(folder, file)}\n${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

/** Which guards an earlier run over the same sources has done with. */
export async function readKilled(path: string, fingerprint: string): Promise<GuardVerdict[]> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  const report = JSON.parse(text) as GuardReport;
  return report.fingerprint === fingerprint
    ? report.guards.filter(({ verdict }) => verdict === 'killed')
    : [];
}

/** At once, so that guards that are tried side by side do not write it across each other. */
export function writeReport(path: string, report: GuardReport): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, null, 1)}\n`);
}
