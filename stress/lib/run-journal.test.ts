import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openRunJournal } from './run-journal.ts';

const ID = '7e0f3f6a-58a5-4d20-8f55-6f2f1c1d2a01';
const wish = { saleId: ID, shopper: { userId: ID, accessToken: 't' }, idempotencyKey: 'k', quantity: 1 };

describe('the journal of a run', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stampede-journal-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('numbers what is sent, is read back in order, and stays where it was asked for', async () => {
    const path = join(folder, 'seen.jsonl');
    const journal = await openRunJournal(path);
    const requests = [journal.sent(wish, 1), journal.sent(wish, 2)];
    journal.push({ t: 3, sentAt: 2, request: 2, userId: ID, saleId: ID, httpStatus: 0 });
    expect(requests).toEqual([1, 2]);
    expect(await journal.readBack()).toMatchObject([
      { kind: 'sent', request: 1, line: 1, idempotencyKey: 'k', userId: ID },
      { kind: 'sent', request: 2, line: 2, t: 2 },
      { httpStatus: 0, request: 2, line: 3 },
    ]);
    await journal.close();
    expect(existsSync(path)).toBe(true);
  });

  it('is kept nowhere unless it was asked for', async () => {
    const journal = await openRunJournal(undefined);
    journal.sent(wish, 1);
    expect(await journal.readBack()).toHaveLength(1);
    await expect(journal.close()).resolves.toBeUndefined();
  });

  it('says before anything is sent that it cannot be written', async () => {
    await expect(openRunJournal(join(folder, 'none', 'seen.jsonl'))).rejects.toThrow(
      /cannot be written: ENOENT/,
    );
  });
});
