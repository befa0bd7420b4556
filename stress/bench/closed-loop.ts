import { readFileSync } from 'node:fs';
import { openLine, type Line } from './open-line.ts';
import type { AttemptLoad, Load, LoadResult } from './load.ts';
import { latencyOf } from './statistics.ts';

const ANSWERED_WITHIN_MS = 10_000;

/**
 * Asks over each connection again as soon as the one before was answered. When the time is up nobody asks any more, and
 * who has asked is waited for: nothing is cut.
 *
 * @throws when a connection cannot be made at its start
 */
export async function runClosedLoop(load: Load): Promise<LoadResult> {
  const { url, connections, seconds, attempts } = load;
  const amount = attempts?.amount ?? Infinity;
  const { hostname, port } = new URL(url);
  const lines = await Promise.all(
    Array.from({ length: Math.min(connections, amount) }, () => openLine(hostname, Number(port))),
  );
  const makeRequest = attempts ? attemptsOf(load, attempts) : readsOf(load);
  const result = { accepted: 0, refused: 0, broken: 0 };
  const times: number[] = [];
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const askUntil = startedAt + seconds * 1_000;
  let sent = 0;
  let open = lines.length;
  let whenDone: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (whenDone = resolve));

  const ask = (line: Line): void => {
    const askedAt = performance.now();
    if (sent === amount || askedAt >= askUntil) {
      open -= 1;
      if (open === 0) whenDone();
      return;
    }
    const request = makeRequest(sent);
    sent += 1;
    line.write(request, (answer) => {
      if (typeof answer === 'string') result.broken += 1;
      else {
        times.push(performance.now() - askedAt);
        if (answer.status < 400) result.accepted += 1;
        else result.refused += 1;
      }
      ask(line);
    });
  };
  lines.forEach(ask);
  const timer = setTimeout(whenDone, seconds * 1_000 + ANSWERED_WITHIN_MS);
  await done;
  clearTimeout(timer);
  const elapsed = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  lines.forEach((line) => line.close());
  return {
    seconds: elapsed,
    answers: times.length,
    accepted: result.accepted,
    refused: result.refused,
    errors: { connect: 0, read: result.broken, write: 0, timeout: sent - times.length - result.broken },
    latencyMs: latencyOf(times),
    generatorBusy: Math.min(1, (user + system) / 1e6 / elapsed),
  };
}

/** Each with a token and a key of its own; when the tokens are used up they come again, with new keys. */
function attemptsOf(
  { url, path }: Load,
  { body, tokensFile, keyPrefix }: AttemptLoad,
): (index: number) => string {
  const tokens = readFileSync(tokensFile, 'utf8').trim().split('\n');
  const head = `POST ${path} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nAuthorization: Bearer `;
  const middle = `\r\nIdempotency-Key: ${keyPrefix}`;
  const tail = `\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  return (index) => `${head}${tokens[index % tokens.length] ?? ''}${middle}${index}${tail}`;
}

function readsOf({ url, path }: Load): () => string {
  const request = `GET ${path} HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`;
  return () => request;
}
