import { within } from '../../src/utils/within.ts';
import { openLine, type Line, type LineAnswer } from './open-line.ts';

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
  /** Read once over each connection before the first attempt: shoppers come from a page that has been open. */
  readFirst?: string;
}

/** Told of each attempt by its place in `tokens`, beside the load: whoever keeps it does the rest afterwards. */
export interface OpenLoopWatch {
  sent(index: number): void;
  /** Never called when there was no answer. */
  answered(index: number, answer: LineAnswer): void;
}

export interface OpenLoopResult {
  /** From the moment an attempt was due, waiting for a free connection included, ms; by HTTP status. */
  latencyMs: Record<number, number[]>;
  /** When each of these was due, ms from the first; in the same order. */
  dueMs: Record<number, number[]>;
  /** Until the last attempt was sent, s. */
  seconds: number;
  /** How late the generator itself was with each, ms; counted in the latencies too. */
  lateMs: number[];
  /** The longest line for a free connection. */
  mostWaiting: number;
  /** Of the 503s. */
  withoutRetryAfter: number;
  /** Not answered when everything else had been for 10 s. */
  timeouts: number;
  /** Requests whose connection broke, or could not be made. */
  connectionErrors: number;
  /** The same by why. */
  failures: Record<string, number>;
  /** Share of one core that the process of the generator used until the last attempt was sent. */
  generatorBusy: number;
}

const ANSWERED_WITHIN_MS = 10_000;

/** Makes the times at which a Poisson crowd comes, ms from its start, increasing. */
export function arrivalsOf(count: number, perSec: number, random: () => number = Math.random): Float64Array {
  let at = 0;
  return Float64Array.from({ length: count }, () => (at += (-Math.log(1 - random()) / perSec) * 1_000));
}

/**
 * Sends attempts at the times they are due. Their latency counts from there, so a server that stands still for a second
 * is charged for all who came meanwhile (coordinated omission).
 *
 * It sleeps until the next is due, a millisecond or more, and then sends all that are: it shares the cores with what it
 * measures, and a loop that never sleeps takes one of them. Requests are made before the first is sent.
 */
export async function runOpenLoop(load: OpenLoop, watch?: OpenLoopWatch): Promise<OpenLoopResult> {
  const requests = makeRequests(load);
  const dueMs = arrivalsOf(requests.length, load.perSec);
  const lateMs = new Float64Array(requests.length);
  const result: OpenLoopResult = {
    ...{ latencyMs: {}, dueMs: {}, seconds: 0, lateMs: [], mostWaiting: 0, withoutRetryAfter: 0 },
    ...{ timeouts: 0, connectionErrors: 0, failures: {}, generatorBusy: 0 },
  };
  const { hostname, port } = new URL(load.url);
  const lines = await Promise.all(
    Array.from({ length: load.connections }, () => openLine(hostname, Number(port))),
  );
  const { readFirst } = load;
  if (readFirst !== undefined) await readOverEach(lines, load.url, readFirst);
  // The line that was free the longest is next, so that every process behind the port gets its share.
  const free = [...lines];
  let due = 0; // of the attempts before it, those from `sent` on wait for a line
  let sent = 0;
  let answered = 0;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  let whenDone: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (whenDone = resolve));

  const send = (line: Line): void => {
    const index = sent;
    sent += 1;
    watch?.sent(index);
    line.write(requests[index] as Buffer, (answer) => {
      if (typeof answer === 'string') {
        result.connectionErrors += 1;
        result.failures[answer] = (result.failures[answer] ?? 0) + 1;
      } else {
        const dueAtMs = dueMs[index] ?? 0;
        (result.latencyMs[answer.status] ??= []).push(performance.now() - startedAt - dueAtMs);
        (result.dueMs[answer.status] ??= []).push(dueAtMs);
        if (answer.status === 503 && answer.retryAfterSec === null) result.withoutRetryAfter += 1;
        watch?.answered(index, answer);
      }
      answered += 1;
      if (answered === requests.length) whenDone();
      if (sent < due) send(line);
      else free.push(line);
    });
  };

  const sendDue = (allSent: () => void): void => {
    const now = performance.now() - startedAt;
    for (let at = dueMs[due]; at !== undefined && at <= now; at = dueMs[due]) {
      lateMs[due] = now - at;
      due += 1;
      const line = free.shift();
      if (line) send(line);
    }
    result.mostWaiting = Math.max(result.mostWaiting, due - sent);
    if (due === requests.length) allSent();
    else setTimeout(sendDue, Math.max(1, (dueMs[due] ?? 0) - now), allSent);
  };
  await new Promise<void>(sendDue);
  result.seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  result.generatorBusy = (user + system) / 1e6 / result.seconds;

  const timer = setTimeout(whenDone, ANSWERED_WITHIN_MS);
  await done;
  clearTimeout(timer);
  result.timeouts = requests.length - answered;
  result.lateMs = Array.from(lateMs);
  lines.forEach((line) => line.close());
  return result;
}

/**
 * Whatever the answers are: what matters is that the server has taken the connections.
 *
 * @throws when it has not within 10 s
 */
async function readOverEach(lines: readonly Line[], url: string, path: string): Promise<void> {
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`);
  const read = (line: Line) => new Promise<void>((resolve) => line.write(request, () => resolve()));
  await within(ANSWERED_WITHIN_MS, () => Promise.all(lines.map(read)));
}

function makeRequests({ url, path, body, tokens, keyPrefix }: OpenLoop): Buffer[] {
  const { host } = new URL(url);
  return tokens.map((token, index) =>
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n` +
        `Idempotency-Key: ${keyPrefix}${index}\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );
}
