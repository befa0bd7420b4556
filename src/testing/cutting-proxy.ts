import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What happens to replies from the server: passed on, the next one lost with its connection, or held back till they pass. */
type Replies = 'pass' | 'cut-next' | 'hold';

export interface CuttingProxy {
  port: number;
  /** Commands are always passed on; their replies fare as told, on every connection. */
  set(replies: Replies): void;
  /** How often a reply was cut. */
  cuts(): number;
  close(): Promise<void>;
}

/** A TCP proxy in front of a server on this machine: the server does what it is told, the client may never hear of it. */
export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  let replies: Replies = 'pass';
  let cuts = 0;
  const sockets = new Set<Socket>();
  const servers = new Set<Socket>();
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => undefined); // the other side went away: what this proxy is for
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const proxy = createServer((incoming) => {
    const client = track(incoming);
    const server = track(connect(targetPort, '127.0.0.1'));
    client.pipe(server);
    servers.add(server);
    if (replies === 'hold') server.pause();
    server.on('data', (chunk: Buffer) => {
      if (replies !== 'cut-next') client.write(chunk);
      else {
        replies = 'pass';
        cuts += 1;
        client.destroy();
      }
    });
    server.once('close', () => {
      servers.delete(server);
      client.destroy();
    });
    client.once('close', () => server.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as AddressInfo).port,
    set: (next) => {
      replies = next;
      for (const server of servers) server[next === 'hold' ? 'pause' : 'resume']();
    },
    cuts: () => cuts,
    async close() {
      const closed = once(proxy, 'close');
      proxy.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
