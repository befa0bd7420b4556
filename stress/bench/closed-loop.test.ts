import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runClosedLoop } from './closed-loop.ts';
import { startNodeNet } from './node-net.ts';

describe('a closed loop', () => {
  let server: Server;
  let folder: string;
  let tokensFile: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stampede-closed-loop-'));
    tokensFile = join(folder, 'tokens');
    await writeFile(tokensFile, 'one\ntwo\nthree\n');
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  async function serve(listener: RequestListener): Promise<string> {
    server = createServer((req, res) => {
      req.resume();
      req.on('end', () => listener(req, res));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const attemptsOf = (amount?: number) => ({
    ...{ body: '{}', tokensFile, keyPrefix: 'k-' },
    ...(amount === undefined ? {} : { amount }),
  });

  it('asks over each connection again only when the one before was answered', async () => {
    let asked = 0;
    let most = 0;
    const url = await serve((_req, res) => {
      asked += 1;
      most = Math.max(most, asked);
      setTimeout(() => {
        asked -= 1;
        res.end('{}');
      }, 5);
    });
    const load = { url, path: '/buy', connections: 3, seconds: 10, attempts: attemptsOf(30) };
    const result = await runClosedLoop(load);
    expect(result).toMatchObject({ answers: 30, accepted: 30, refused: 0 });
    expect(most).toBe(3);
    expect(result.latencyMs.p50).toBeGreaterThanOrEqual(4);
  });

  it('takes the tokens again when they are used up, with new keys', async () => {
    const seen: unknown[] = [];
    const url = await serve(({ headers }, res) => {
      seen.push(`${headers.authorization} ${String(headers['idempotency-key'])}`);
      res.end('{}');
    });
    await runClosedLoop({ url, path: '/buy', connections: 1, seconds: 10, attempts: attemptsOf(4) });
    expect(seen).toEqual(['Bearer one k-0', 'Bearer two k-1', 'Bearer three k-2', 'Bearer one k-3']);
  });

  it('waits for those who have asked when the time is up', async () => {
    const url = await serve((_req, res) => void setTimeout(() => res.end('{}'), 1_200));
    const result = await runClosedLoop({ url, path: '/status', connections: 2, seconds: 1 });
    expect(result).toMatchObject({ answers: 2, errors: { connect: 0, read: 0, write: 0, timeout: 0 } });
    expect(result.seconds).toBeGreaterThanOrEqual(1.1);
  });

  it('tells answers apart, and what broke', async () => {
    let count = 0;
    const url = await serve((_req, res) => {
      count += 1;
      if (count % 3 === 0) res.socket?.destroy();
      else {
        res.statusCode = count % 3 === 1 ? 202 : 409;
        res.end('{}');
      }
    });
    const load = { url, path: '/buy', connections: 1, seconds: 10, attempts: attemptsOf(30) };
    const result = await runClosedLoop(load);
    expect(result).toMatchObject({ answers: 20, accepted: 10, refused: 10 });
    expect(result.errors).toEqual({ connect: 0, read: 10, write: 0, timeout: 0 });
  });

  it('tells why it cannot begin, from its process as well', async () => {
    const url = await serve((_req, res) => void res.end());
    server.close();
    const load = { url, path: '/status', connections: 1, seconds: 1 };
    await expect(runClosedLoop(load)).rejects.toThrow('ECONNREFUSED');
    const generator = startNodeNet();
    await expect(generator.run(load)).rejects.toThrow('ECONNREFUSED');
    generator.stop();
  });
});
