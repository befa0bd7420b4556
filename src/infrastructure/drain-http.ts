import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';

/** A client in a crowd asks again within this time; an open connection that is silent for so long is let go, ms. */
const LAST_REQUEST_WITHIN_MS = 1_000;
const LOOK_EVERY_MS = 20;

/**
 * Stops listening and lets every open connection ask once more, so that a restart costs no request: whoever answers says
 * `Connection: close`. Resolves when all have gone, or after a second; then the rest may be ended.
 *
 * `http.Server.close()` ends idle connections at once, and takes one for idle whose request is on its way or not read yet:
 * under load that was four to eight lost requests a restart.
 */
export async function drainHttp(server: Server, { withinMs = LAST_REQUEST_WITHIN_MS } = {}): Promise<void> {
  NetServer.prototype.close.call(server); // of the listening socket alone
  // A connection whose request is answered later than that ends soon after, not with the keep-alive of ordinary times.
  server.keepAliveTimeout = Math.min(server.keepAliveTimeout, withinMs);
  const giveUpAt = performance.now() + withinMs;
  while (performance.now() < giveUpAt && (await countConnections(server)) > 0)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}

function countConnections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });
}
