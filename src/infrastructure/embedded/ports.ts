import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * The ports that are chosen from: below those that Linux (32768 – 60999), macOS and Windows (49152 – 65535) give to
 * who asks for any. What is found free here is not taken by somebody's next connection before it is listened on.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_767;

/** A TCP port that nobody listens on just now, of 20000 to 32767. */
export async function findFreePort(): Promise<number> {
  const port = randomInt(FIRST_PORT, LAST_PORT + 1);
  return (await portTrouble(port)) === undefined ? port : findFreePort();
}

/** Why this port cannot be listened on (`EADDRINUSE`, `EACCES`, …); undefined when it can. */
export async function portTrouble(port: number): Promise<string | undefined> {
  // Both: somebody may hold it on one address only.
  return (await listenTrouble(port, undefined)) ?? (await listenTrouble(port, '127.0.0.1'));
}

function listenTrouble(port: number, host: string | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}
