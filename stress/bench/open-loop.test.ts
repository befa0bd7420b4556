import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { arrivalsOf, runOpenLoop } from './open-loop.ts';
import { startOpenLoop } from './start-open-loop.ts';

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
    expect([result.dueMs[202]?.length, result.dueMs[503]?.length]).toEqual([25, 25]);
    expect(Math.max(...result.dueMs[202]!)).toBeLessThanOrEqual(result.seconds * 1_000);
  });

  it('reads a path over each connection first, and counts it nowhere', async () => {
    const seen: string[] = [];
    const url = await serve((req, res) => {
      seen.push(`${req.method} ${req.url}`);
      res.end('{}');
    });
    const result = await runOpenLoop({ ...load, url, tokens, readFirst: '/page' });
    expect(seen.slice(0, 3)).toEqual(['GET /page', 'GET /page', 'POST /buy']);
    expect(seen).toHaveLength(52);
    expect(result.latencyMs[200]).toHaveLength(50);
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
    expect(result).toMatchObject({ connectionErrors: 1, failures: { closed: 1 } });
    expect(result.latencyMs[200]).toHaveLength(49);
  });

  it('reads an answer that comes in pieces', async () => {
    const url = await serve((_req, res) => {
      res.setHeader('Content-Length', 20);
      res.write('{"half":');
      setImmediate(() => res.end('"the other"}'));
    });
    const result = await runOpenLoop({ ...load, url, tokens });
    expect(result.latencyMs[200]).toHaveLength(50);
    expect(result.connectionErrors).toBe(0);
  });

  it('counts who was sent away without being told when to come back', async () => {
    let count = 0;
    const url = await serve((_req, res) => {
      count += 1;
      res.writeHead(503, count > 10 ? { 'Retry-After': '1' } : {}).end('{}');
    });
    const result = await runOpenLoop({ ...load, url, tokens });
    expect(result.latencyMs[503]).toHaveLength(50);
    expect(result.withoutRetryAfter).toBe(10);
  });

  it('tells how many had to wait for a connection, and how late it was itself', async () => {
    const held: (() => void)[] = [];
    const url = await serve((_req, res) => {
      held.push(() => res.end('{}'));
      if (held.length === 2) setTimeout(() => held.forEach((answer) => answer()), 200);
      if (held.length > 2) res.end('{}');
    });
    const result = await runOpenLoop({ ...load, url, tokens, perSec: 2_000 });
    expect(result.mostWaiting).toBeGreaterThan(20);
    expect(result.lateMs).toHaveLength(50);
    expect(Math.min(...result.lateMs)).toBeGreaterThanOrEqual(0);
  });

  it('runs in a process of its own, one load after the other, with some lines of a file as its tokens', async () => {
    const seen: unknown[] = [];
    const url = await serve((req, res) => {
      seen.push(req.headers.authorization);
      res.end('{}');
    });
    const folder = await mkdtemp(join(tmpdir(), 'stampede-open-loop-'));
    const openLoop = startOpenLoop();
    try {
      const tokensFile = join(folder, 'tokens');
      await writeFile(tokensFile, tokens.map((token) => `${token}\n`).join(''));
      const before = await openLoop.run({ ...load, url, tokensFile, from: 0, amount: 5 });
      expect(before.latencyMs[200]).toHaveLength(5);
      seen.length = 0;
      const result = await openLoop.run({ ...load, url, tokensFile, from: 10, amount: 30 });
      expect(result.latencyMs[200]).toHaveLength(30);
      expect(new Set(seen)).toEqual(new Set(tokens.slice(10, 40).map((token) => `Bearer ${token}`)));
      openLoop.stop();
      await expect(openLoop.run({ ...load, url, tokensFile, from: 0, amount: 5 })).rejects.toThrow();
    } finally {
      openLoop.stop();
      await rm(folder, { recursive: true });
    }
  });
});

describe('arrivals', () => {
  it('come at the mean rate, in order, with gaps that are never alike', () => {
    const at = arrivalsOf(20_000, 1_000);
    const gaps = Array.from(at, (time, index) => time - (at[index - 1] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
    expect(at.at(-1)).toBeGreaterThan(18_500);
    expect(at.at(-1)).toBeLessThan(21_500);
    // Of exponential gaps 63 % are shorter than their mean.
    expect(gaps.filter((gap) => gap < 1).length / gaps.length).toBeCloseTo(0.632, 1);
  });
});
