import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError } from '../../src/commands/lib/command-error.ts';
import { createJournalWriter, type JournalWriter } from '../../src/features/purchase/journal-writer.ts';
import { readJournal, type JournalEntry } from '../../src/features/purchase/journal.ts';
import type { Wish } from './wish.ts';

/** What clients sent and saw, on disk while the crowd is there: the generator's memory is the crowd's. */
export interface RunJournal {
  /** An attempt goes out. @returns its number, which its answer repeats */
  sent(wish: Wish, t: number): number;
  push(entry: JournalEntry): void;
  /** Nothing is seen any more. @returns all of it, with the numbers of its lines */
  readBack(): Promise<JournalEntry[]>;
  /** Removes it, unless it was asked for. */
  close(): Promise<void>;
}

/**
 * @param path  where it is kept; absent: nowhere, once it is read
 * @throws CommandError when it cannot be written there
 */
export async function openRunJournal(path: string | undefined): Promise<RunJournal> {
  const folder = path === undefined ? await mkdtemp(join(tmpdir(), 'stampede-journal-')) : undefined;
  const file = path ?? join(folder ?? '', 'journal.jsonl');
  const writer = openWriter(file);
  let requests = 0;
  return {
    sent({ shopper, saleId, idempotencyKey, quantity }, t) {
      requests += 1;
      const { userId } = shopper;
      writer.write({ kind: 'sent', request: requests, t, userId, saleId, idempotencyKey, quantity });
      return requests;
    },
    push: (entry) => writer.write(entry),
    readBack() {
      writer.close();
      return readJournal(file);
    },
    async close() {
      writer.close();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

function openWriter(file: string): JournalWriter {
  try {
    return createJournalWriter(file);
  } catch (error) {
    throw new CommandError(`${file} cannot be written: ${(error as Error).message}`);
  }
}
