import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A TCP port of 127.0.0.1 that nobody listens on just now. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
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
