import type { AttemptStatusBody, SaleStatusBody } from '../../src/contracts/http.ts';
import { createJournalWriter, type JournalWriter } from '../../src/features/purchase/journal-writer.ts';
import { sightOf, tickOf } from '../lib/sight.ts';
import { now, type Wish } from '../lib/wish.ts';
import { userOf } from './open-loop-journal.ts';
import { createSocketLine, type SocketLine } from './socket-line.ts';

/** What a process full of sockets is told; it answers each with one message. */
export type SocketOrder =
  | { kind: 'connect'; url: string; saleId: string; tokens: string[]; journalFile?: string }
  /** Answers when every client was told that the sale is sold out, or the time is up. */
  | { kind: 'await-sold-out'; withinMs: number }
  /** Nothing that comes later is kept. */
  | { kind: 'end-journal' }
  /** All go at once and come back at once; answers when each has the right state again, or the time is up. */
  | { kind: 'come-back'; withinMs: number };

export interface SocketAnswer {
  clients: number;
  /** When each client that was told heard of the sell-out, epoch ms. */
  soldOutAt: number[];
  /** From the transaction to the socket, ms. */
  outcomeMs: number[];
  /** From the gate's promise to the socket, ms. */
  seenMs: number[];
  /** From the moment of the disconnection until each client had the right state again, ms. */
  backAfterMs: number[];
}

/** Connecting is not what is measured: a few at a time. */
const CONNECTING_AT_ONCE = 50;

interface Client {
  line: SocketLine;
  /** In this life of the connection. */
  soldOutAt: number | undefined;
  /** How often it has come back. */
  connection: number;
}

const clients: Client[] = [];
const outcomeMs: number[] = [];
const seenMs: number[] = [];
let journal: JournalWriter | undefined;

function addClient(url: string, saleId: string, token: string, hearsTicks: () => void): Client {
  const wish: Wish = {
    ...{ saleId, idempotencyKey: '', quantity: 1 },
    shopper: { userId: userOf(token), accessToken: token },
  };
  const seeTick = (body: SaleStatusBody): void => {
    hearsTicks();
    if (body.saleId !== saleId) return;
    journal?.write(tickOf({ wish, connection: client.connection }, body, now()));
    if (body.state === 'sold_out') client.soldOutAt ??= Date.now();
  };
  const seeOutcome = (body: AttemptStatusBody): void => {
    const { queuedAt, settledAt } = body;
    if (body.saleId === saleId) journal?.write(sightOf(wish, body));
    if (settledAt === undefined) return;
    outcomeMs.push(Math.max(0, Date.now() - Date.parse(settledAt)));
    seenMs.push(Math.max(0, Date.now() - Date.parse(queuedAt)));
  };
  const line = createSocketLine(url, token, {
    opened: (say) => say('sale:watch', { saleId }),
    heard: ([name, body]) => {
      if (name === 'sale:tick') seeTick(body);
      else if (name === 'purchase:outcome') seeOutcome(body);
    },
  });
  const client: Client = { line, soldOutAt: undefined, connection: 0 };
  return client;
}

async function connectAll(url: string, saleId: string, tokens: readonly string[]): Promise<void> {
  for (let at = 0; at < tokens.length; at += CONNECTING_AT_ONCE) {
    const connecting = tokens.slice(at, at + CONNECTING_AT_ONCE).map(
      (token) =>
        new Promise<void>((resolve) => {
          const client = addClient(url, saleId, token, resolve);
          clients.push(client);
          client.line.open();
        }),
    );
    await Promise.all(connecting);
  }
}

async function untilAllKnow(withinMs: number): Promise<void> {
  const giveUpAt = Date.now() + withinMs;
  while (Date.now() < giveUpAt && clients.some(({ soldOutAt }) => soldOutAt === undefined)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const soldOutTimes = (): number[] => clients.flatMap(({ soldOutAt }) => soldOutAt ?? []);

async function comeBack(withinMs: number): Promise<number[]> {
  const leftAt = Date.now();
  for (const client of clients) {
    client.line.close();
    client.connection += 1;
    client.soldOutAt = undefined;
  }
  for (const { line } of clients) line.open();
  await untilAllKnow(withinMs);
  return soldOutTimes().map((at) => at - leftAt);
}

async function obey(order: SocketOrder): Promise<void> {
  let backAfterMs: number[] = [];
  switch (order.kind) {
    case 'connect':
      if (order.journalFile !== undefined) journal = createJournalWriter(order.journalFile);
      await connectAll(order.url, order.saleId, order.tokens);
      break;
    case 'await-sold-out':
      await untilAllKnow(order.withinMs);
      break;
    case 'end-journal':
      journal?.close();
      journal = undefined;
      break;
    case 'come-back':
      backAfterMs = await comeBack(order.withinMs);
  }
  const answer = { clients: clients.length, soldOutAt: soldOutTimes(), outcomeMs, seenMs, backAfterMs };
  process.send?.(answer satisfies SocketAnswer);
}

process.on('message', (order: SocketOrder) => void obey(order));
process.once('disconnect', () => process.exit(0));
