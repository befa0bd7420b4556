import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CommandError } from '../../src/commands/lib/command-error.ts';
import { chooseGenerator } from './choose-generator.ts';
import type { Load, LoadResult } from './load.ts';

describe('the load generators', () => {
  let server: Server;
  let url: string;
  let folder: string;
  let tokensFile: string;
  const seen: { token: string | undefined; key: string; body: string }[] = [];
  beforeAll(async () => {
    server = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        const { authorization, 'idempotency-key': key } = req.headers;
        seen.push({ token: authorization, key: String(key), body });
        res.statusCode = authorization === 'Bearer poor' ? 409 : 202;
        res.end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    folder = await mkdtemp(join(tmpdir(), 'stampede-bench-'));
    tokensFile = join(folder, 'tokens');
    await writeFile(tokensFile, 'rich\npoor\nthird\n');
  });
  beforeEach(() => void seen.splice(0));
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  async function run(asked: string | undefined, load: Omit<Load, 'url'>): Promise<LoadResult> {
    const generator = await chooseGenerator(asked);
    try {
      return await generator.run({ url, ...load });
    } finally {
      generator.stop();
    }
  }

  // On a machine without wrk both are node:net.
  it.each([undefined, 'node:net'])(
    'send each attempt of the crowd once, with its own token and key: %s',
    async (asked) => {
      const attempts = { body: '{"saleId":"s"}', tokensFile, keyPrefix: 'p-', amount: 30 };
      const result = await run(asked, { path: '/buy', connections: 4, seconds: 10, attempts });
      expect(result).toMatchObject({ answers: 30, accepted: 20, refused: 10 });
      expect(result.errors).toEqual({ connect: 0, read: 0, write: 0, timeout: 0 });
      expect(result.latencyMs.max).toBeGreaterThanOrEqual(result.latencyMs.p50);
      expect(new Set(seen.map(({ key }) => key)).size).toBe(30);
      expect(seen.filter(({ token }) => token === 'Bearer poor')).toHaveLength(10);
      expect(seen.every(({ body }) => body === attempts.body)).toBe(true);
    },
  );

  it.each([undefined, 'node:net'])('read until the time is up: %s', async (asked) => {
    const result = await run(asked, { path: '/status?saleId=s', connections: 2, seconds: 1 });
    expect(result.accepted).toBeGreaterThan(0);
    expect(result.answers).toBe(result.accepted);
    expect(result.seconds).toBeGreaterThan(0.9);
  });

  it('is one of two', async () => {
    await expect(chooseGenerator('siege')).rejects.toThrow(CommandError);
  });
});
