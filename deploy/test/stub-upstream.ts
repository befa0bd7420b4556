import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands in for an API process where a test is about the proxy alone. */
export interface StubUpstream {
  port: number;
  /** Every request it got, with the length of its body. */
  requests: { req: IncomingMessage; bodyBytes: number }[];
  /** How it answers from now on. */
  answer(listener: RequestListener): void;
  close(): Promise<void>;
}

export const answerOk = (_req: IncomingMessage, res: ServerResponse): void => void res.end('ok');

/** Reads each request whole, keeps it, then answers `ok` unless told otherwise. */
export async function startStubUpstream(): Promise<StubUpstream> {
  let listener: RequestListener = answerOk;
  const requests: StubUpstream['requests'] = [];
  const server = createServer((req, res) => {
    let bodyBytes = 0;
    req.on('data', (chunk: Buffer) => (bodyBytes += chunk.length));
    req.on('end', () => {
      requests.push({ req, bodyBytes });
      listener(req, res);
    });
  });
  server.on('upgrade', (req: IncomingMessage, socket) => {
    requests.push({ req, bodyBytes: 0 });
    socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    answer: (next) => void (listener = next),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
