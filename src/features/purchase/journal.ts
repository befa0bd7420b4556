import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { isUuid } from '../../utils/is-uuid.ts';

/**
 * One thing a client did or saw: a request that goes out, an HTTP answer or a socket event. A journal is a text file with
 * one such JSON object a line, in any order; unknown fields are ignored, empty lines skipped.
 *
 *   {"kind":"sent","request":5,"t":1763690000000.1,"userId":"…","saleId":"…","idempotencyKey":"a1","quantity":1}
 *   {"request":5,"sentAt":1763690000000.1,"t":1763690000004.9,"userId":"…","saleId":"…","idempotencyKey":"a1","quantity":1,
 *    "httpStatus":202,"attemptId":"…","status":"queued","position":7}
 *
 * A request without an answer, or one that was cut (httpStatus 0), is indeterminate: it may have been served.
 */
export interface JournalEntry {
  /** A request that goes out; everything else was seen. */
  kind?: 'sent';
  /** Number of the request in this journal, of its `sent` line and of its answer. */
  request?: number;
  /** When the client had it, or sent it, epoch ms on the client's clock. */
  t: number;
  /** When the client sent what this answers, epoch ms; absent for an event, and then it counts as sent at `t`. */
  sentAt?: number;
  /** What the server said the time was (of a tick: when it was made), epoch ms. */
  serverTime?: number;
  userId: string;
  saleId: string;
  /** Of the attempt's request. */
  idempotencyKey?: string;
  quantity?: number;
  /** Absent for an event; 0 when the answer was cut. */
  httpStatus?: number;
  /** The problem's code, when it was one. */
  code?: string;
  /** Of a refusal: the `Retry-After`, s; null when there was none. A journal that leaves it out is not judged by it. */
  retryAfterSec?: number | null;
  attemptId?: string;
  status?: 'queued' | 'confirmed' | 'rejected';
  reason?: string;
  position?: number;
  orderId?: string;
  /** When the gate promised the units, by its own clock, epoch ms. */
  queuedAt?: number;
  /** Of a tick: the connection it came over, and the gate's version. */
  socket?: string;
  seq?: number;
  /** Where it stands in its file, from 1; given by the reader. */
  line?: number;
}

/** What is wrong with a journal, and in which line. */
export class JournalError extends Error {
  constructor(path: string, line: number, problem: string) {
    super(`${path}, line ${line}: ${problem}`);
    this.name = 'JournalError';
  }
}

/** @throws JournalError naming the first bad line, or that the file cannot be read (line 0) */
export async function readJournal(path: string): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  let line = 0;
  const input = createReadStream(path, 'utf8');
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      line += 1;
      if (text.trim() === '') continue;
      const parsed = parseEntry(text);
      if (typeof parsed === 'string') throw new JournalError(path, line, parsed);
      entries.push({ ...parsed, line });
    }
  } catch (error) {
    if (error instanceof JournalError) throw error;
    throw new JournalError(path, line, (error as Error).message);
  } finally {
    input.destroy();
  }
  return entries;
}

/** @returns the entry, or what is wrong with the line */
function parseEntry(text: string): JournalEntry | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'this is not JSON';
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return 'this is not an object';
  const entry = parsed as Record<string, unknown>;
  for (const [field, { isGood, wanted, isRequired }] of Object.entries(FIELDS)) {
    const value = entry[field];
    if (value === undefined ? isRequired : !isGood(value)) return `\`${field}\` must be ${wanted}`;
  }
  return entry as unknown as JournalEntry;
}

interface FieldRule {
  isGood: (value: unknown) => boolean;
  wanted: string;
  isRequired?: boolean;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isId = (value: unknown): boolean => typeof value === 'string' && isUuid(value);
const isTime = (value: unknown): boolean => typeof value === 'number' && value > 0;
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const isWait = (value: unknown): boolean => value === null || (typeof value === 'number' && value >= 0);
const isStatus = (value: unknown): boolean => ['queued', 'confirmed', 'rejected'].includes(value as string);

const FIELDS: Record<Exclude<keyof JournalEntry, 'line'>, FieldRule> = {
  kind: { isGood: (value) => value === 'sent', wanted: 'sent, or left out' },
  request: { isGood: isCount, wanted: 'a whole number' },
  t: { isGood: isTime, wanted: 'epoch milliseconds', isRequired: true },
  sentAt: { isGood: isTime, wanted: 'epoch milliseconds' },
  serverTime: { isGood: isTime, wanted: 'epoch milliseconds' },
  userId: { isGood: isId, wanted: 'a UUID', isRequired: true },
  saleId: { isGood: isId, wanted: 'a UUID', isRequired: true },
  idempotencyKey: { isGood: isText, wanted: 'text' },
  quantity: { isGood: isCount, wanted: 'a whole number' },
  httpStatus: { isGood: isCount, wanted: 'an HTTP status, or 0' },
  code: { isGood: isText, wanted: 'text' },
  retryAfterSec: { isGood: isWait, wanted: 'seconds, or null' },
  attemptId: { isGood: isId, wanted: 'a UUID' },
  status: { isGood: isStatus, wanted: 'queued, confirmed or rejected' },
  reason: { isGood: isText, wanted: 'text' },
  position: { isGood: isCount, wanted: 'a whole number' },
  orderId: { isGood: isId, wanted: 'a UUID' },
  queuedAt: { isGood: isTime, wanted: 'epoch milliseconds' },
  socket: { isGood: isText, wanted: 'text' },
  seq: { isGood: isCount, wanted: 'a whole number' },
};
