import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { runOpenLoop } from './open-loop.ts';

describe('an open loop', () => {
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function serve(listener: RequestListener): Promise<string> {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const load = { path: '/buy', body: '{}', keyPrefix: 'k-', perSec: 500, connections: 2 };
  const tokens = Array.from({ length: 50 }, (_, index) => `token-${index}`);

  it('sends every attempt once, whatever the answers are', async () => {
    const keys: unknown[] = [];
    const url = await serve((req, res) => {
      keys.push(req.headers['idempotency-key']);
      req.resume();
      res.statusCode = keys.length % 2 === 0 ? 503 : 202;
      res.end('{"ok":true}');
    });
    const result = await runOpenLoop({ ...load, url, tokens });
    expect(new Set(keys).size).toBe(50);
    expect(result).toMatchObject({ timeouts: 0, connectionErrors: 0 });
    expect([result.latencyMs[202]?.length, result.latencyMs[503]?.length]).toEqual([25, 25]);
  });

  it('charges a server that stands still for everybody who came meanwhile', async () => {
    let first = true;
    const url = await serve((_req, res) => {
      const stands = first ? 300 : 0;
      first = false;
      setTimeout(() => res.end('{}'), stands);
    });
    const { latencyMs } = await runOpenLoop({ ...load, url, tokens, connections: 1, perSec: 2_000 });
    expect(latencyMs[200]!.filter((ms) => ms > 100).length).toBeGreaterThan(30);
  });

  it('counts a connection that breaks, and goes on', async () => {
    let count = 0;
    const url = await serve((req, res) => {
      count += 1;
      if (count === 3) req.socket.destroy();
      else res.end('{}');
    });
    const result = await runOpenLoop({ ...load, url, tokens });
    expect(result.connectionErrors).toBe(1);
    expect(result.latencyMs[200]).toHaveLength(49);
  });
});
