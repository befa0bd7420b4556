import { connect, type Socket } from 'node:net';

/** Attempts that arrive whether or not earlier ones were answered. */
export interface OpenLoop {
  url: string;
  path: string;
  body: string;
  /** One attempt each, in order. */
  tokens: readonly string[];
  keyPrefix: string;
  /** Mean of the arrivals per second; the gaps between them are exponential, as of a crowd that does not know itself. */
  perSec: number;
  connections: number;
}

export interface OpenLoopResult {
  /** From the moment an attempt was due, waiting for a free connection included, ms; by HTTP status. */
  latencyMs: Record<number, number[]>;
  /** Of the last attempt, from the first, s. */
  seconds: number;
  /** How late the generator itself was with each, ms; counted in the latencies too. */
  lateMs: number[];
  timeouts: number;
  connectionErrors: number;
}

const ANSWERED_WITHIN_MS = 10_000;

interface Due {
  at: number;
  index: number;
}

/**
 * Sends attempts at the times they are due. Their latency counts from there, so a server that stands still for a second
 * is charged for all who came meanwhile (coordinated omission).
 */
export async function runOpenLoop(load: OpenLoop): Promise<OpenLoopResult> {
  const { hostname, port } = new URL(load.url);
  const result: OpenLoopResult = { latencyMs: {}, seconds: 0, lateMs: [], timeouts: 0, connectionErrors: 0 };
  const free: Line[] = [];
  const waiting: Due[] = [];
  let unanswered = load.tokens.length;
  let whenDone: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (whenDone = resolve));
  const settle = (): void => {
    unanswered -= 1;
    if (unanswered === 0) whenDone();
  };

  const send = (line: Line, due: Due): void => {
    const { path, body, tokens, keyPrefix } = load;
    line.write(
      `POST ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${tokens[due.index] ?? ''}\r\n` +
        `Idempotency-Key: ${keyPrefix}${due.index}\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      (status) => {
        if (status === null) result.connectionErrors += 1;
        else (result.latencyMs[status] ??= []).push(performance.now() - due.at);
        settle();
        const next = waiting.shift();
        if (next) send(line, next);
        else free.push(line);
      },
    );
  };

  const lines = await Promise.all(
    Array.from({ length: load.connections }, () => openLine(hostname, Number(port))),
  );
  free.push(...lines);
  const startedAt = performance.now();
  let dueAt = startedAt;
  for (let index = 0; index < load.tokens.length; index += 1) {
    dueAt += (-Math.log(1 - Math.random()) / load.perSec) * 1000;
    while (performance.now() < dueAt) await new Promise((resolve) => setImmediate(resolve));
    result.lateMs.push(performance.now() - dueAt);
    const due = { at: dueAt, index };
    const line = free.pop();
    if (line) send(line, due);
    else waiting.push(due);
  }
  result.seconds = (performance.now() - startedAt) / 1000;
  const timer = setTimeout(whenDone, ANSWERED_WITHIN_MS);
  await done;
  clearTimeout(timer);
  result.timeouts = unanswered;
  lines.forEach((line) => line.close());
  return result;
}

interface Line {
  /** Calls back with the status, or null when the connection broke first. */
  write(request: string, answered: (status: number | null) => void): void;
  close(): void;
}

const HEAD_END = '\r\n\r\n';

/** One kept-alive connection with one request at a time; it reads just as much HTTP as our answers have. */
async function openLine(host: string, port: number): Promise<Line> {
  let socket: Socket | null = null;
  let answered: ((status: number | null) => void) | null = null;
  let received = '';
  const finish = (status: number | null): void => {
    const tell = answered;
    answered = null;
    received = '';
    tell?.(status);
  };
  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const opening = connect({ host, port, noDelay: true }, () => resolve(opening));
      opening.setEncoding('latin1');
      opening.once('error', reject);
      opening.on('close', () => {
        if (socket === opening) socket = null;
        finish(null);
      });
      opening.on('data', (chunk: string) => {
        received += chunk;
        const headEnd = received.indexOf(HEAD_END);
        if (headEnd === -1) return;
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(received.slice(0, headEnd))?.[1] ?? 0);
        if (received.length >= headEnd + HEAD_END.length + length) finish(Number(received.slice(9, 12)));
      });
    });
  socket = await open();
  return {
    write(request, tell) {
      answered = tell;
      if (socket) socket.write(request);
      else {
        open().then(
          (opened) => (socket = opened).write(request),
          () => finish(null),
        );
      }
    },
    close() {
      answered = null;
      socket?.destroy();
    },
  };
}
