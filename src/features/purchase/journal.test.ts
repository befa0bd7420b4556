import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createJournalWriter } from './journal-writer.ts';
import { readJournal, type JournalEntry } from './journal.ts';

const ID = '7e0f3f6a-58a5-4d20-8f55-6f2f1c1d2a01';
const good = { t: 1, userId: ID, saleId: ID, httpStatus: 202, attemptId: ID, status: 'queued', position: 3 };

describe('a journal', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stampede-journal-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const read = async (...lines: string[]) => {
    const path = join(folder, 'journal');
    await writeFile(path, lines.join('\n'));
    return readJournal(path);
  };

  it('is one object a line; empty lines and unknown fields are left alone', async () => {
    const other = { t: 2.5, userId: ID, saleId: ID, tool: 'k6' };
    expect(await read(JSON.stringify(good), '', JSON.stringify(other), '')).toEqual([
      { ...good, line: 1 },
      { ...other, line: 3 },
    ]);
  });

  it.each([
    ['{"t":', 'this is not JSON'],
    ['[]', 'this is not an object'],
    ['{"t":1}', '`userId` must be a UUID'],
    [JSON.stringify({ ...good, attemptId: '7' }), '`attemptId` must be a UUID'],
    [JSON.stringify({ ...good, status: 'lost' }), '`status` must be queued, confirmed or rejected'],
    [JSON.stringify({ ...good, position: -1 }), '`position` must be a whole number'],
    [JSON.stringify({ ...good, t: 'noon' }), '`t` must be epoch milliseconds'],
  ])('names the line that is wrong: %s', async (line, problem) => {
    await expect(read(JSON.stringify(good), line)).rejects.toThrow(`journal, line 2: ${problem}`);
  });

  it('is written as it is read, however much comes at once', async () => {
    const path = join(folder, 'written');
    const journal = createJournalWriter(path);
    const entry: JournalEntry = { t: 1, userId: ID, saleId: ID, httpStatus: 409, code: 'sold_out' };
    const lines = Array.from({ length: 2_000 }, (_, index) => ({ ...entry, t: index + 1 }));
    lines.forEach((line) => journal.write(line));
    expect((await stat(path)).size).toBeGreaterThan(200_000); // of 280,000: the rest is less than 64 KB
    journal.close();
    expect(await readJournal(path)).toEqual(lines.map((line, index) => ({ ...line, line: index + 1 })));
    expect(() => journal.write(entry)).toThrow('is closed');
  });

  it('says when there is no such file', async () => {
    await expect(readJournal(join(folder, 'none'))).rejects.toThrow(/none, line 0: ENOENT/);
  });
});
