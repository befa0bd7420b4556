import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAccessTokens } from '../../src/features/account/access-token.ts';
import { readJournal, type JournalEntry } from '../../src/features/purchase/journal.ts';
import { createOpenLoopJournal } from './open-loop-journal.ts';

describe('the journal of an open loop', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stampede-open-loop-journal-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const tokens = createAccessTokens({ secret: 'a secret of the tests, long enough' });
  const saleId = randomUUID();
  const shoppers = [randomUUID(), randomUUID(), randomUUID()];
  const load = {
    tokens: shoppers.map((id) => tokens.issue({ id, role: 'shopper' }).accessToken),
    keyPrefix: 'drop-',
    body: JSON.stringify({ saleId }),
  };

  it('has every attempt that was sent, with its key, and what was answered', async () => {
    const journal = createOpenLoopJournal(load);
    const attemptId = randomUUID();
    [0, 1, 2].forEach((index) => journal.sent(index));
    const queued = { attemptId, saleId, quantity: 1, status: 'queued', position: 1 };
    journal.answered(1, { status: 202, retryAfterSec: null, body: JSON.stringify(queued) });
    journal.answered(0, { status: 503, retryAfterSec: 2, body: '{"code":"overloaded","status":503}' });
    const file = join(folder, 'journal');
    journal.write(file);

    const entries = await readJournal(file);
    const sent = entries.filter(({ kind }) => kind === 'sent');
    expect(sent.map(({ userId, idempotencyKey }) => [userId, idempotencyKey])).toEqual([
      [shoppers[0], 'drop-0'],
      [shoppers[1], 'drop-1'],
      [shoppers[2], 'drop-2'],
    ]);
    const answerTo = (index: number): JournalEntry | undefined =>
      entries.find(({ kind, request }) => kind === undefined && request === sent[index]?.request);
    expect(answerTo(0)).toMatchObject({ httpStatus: 503, code: 'overloaded', retryAfterSec: 2 });
    expect(answerTo(1)).toMatchObject({ httpStatus: 202, attemptId, status: 'queued', position: 1 });
    expect(answerTo(1)?.sentAt).toBe(sent[1]?.t);
    expect(answerTo(2)).toBeUndefined();
  });

  it('takes an answer that is no document for none', async () => {
    const journal = createOpenLoopJournal(load);
    journal.sent(0);
    journal.answered(0, { status: 202, retryAfterSec: null, body: '{"attemptId":"' });
    const file = join(folder, 'journal');
    journal.write(file);
    expect((await readJournal(file)).at(-1)).toMatchObject({ request: 1, httpStatus: 0 });
  });
});
