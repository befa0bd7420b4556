import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface NamingProxy {
  url: string;
  /** From now on nothing more of connections of this name reaches Redis. */
  hold(connectionName: string): void;
  /** Whether something was held back. */
  hasHeld(): boolean;
  close(): Promise<void>;
}

/**
 * A TCP proxy in front of Redis that knows connections by the name they give themselves (`CLIENT SETNAME`): one of a
 * process's connections can go silent while its others work.
 */
export async function startNamingProxy(redisPort: number): Promise<NamingProxy> {
  const held = new Set<string>();
  const sockets = new Set<Socket>();
  let hasHeld = false;
  const proxy = createServer((client) => {
    const redis = connect(redisPort, '127.0.0.1');
    let name = '';
    for (const [from, to] of [
      [client, redis],
      [redis, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined); // the other side was killed: what these tests are about
      from.once('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      if (name === '') name = /setname\r\n\$\d+\r\n([\w-]+)\r\n/i.exec(chunk.toString('latin1'))?.[1] ?? '';
      if (held.has(name)) hasHeld = true;
      else redis.write(chunk);
    });
    redis.pipe(client);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    hold: (connectionName) => void held.add(connectionName),
    hasHeld: () => hasHeld,
    async close() {
      const closed = once(proxy, 'close');
      proxy.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
