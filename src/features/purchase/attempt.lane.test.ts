import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Refusal } from '../../errors/refusal.ts';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { anIdentity } from '../../testing/an-identity.ts';
import { createAttemptLane } from './attempt.lane.ts';

describe('a further check in the path of an attempt', () => {
  const asked: string[] = [];
  const purchase = jest.fn();
  let answer: Refusal | null = null;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    const lane = createAttemptLane({
      authenticate: (given) =>
        given === undefined
          ? { ok: false, refusal: { code: 'unauthenticated' } }
          : { ok: true, identity: anIdentity({ userId: given }) },
      addressLimit: { take: () => ({ ok: true }), size: 0 },
      clientAddress: () => '',
      blockPace: { refuse: () => null, size: 0 },
      furtherCheck: ({ shopperId, req }) => {
        asked.push(`${shopperId} ${String(req.headers['x-proof'])}`);
        return answer;
      },
      catalogue: { peek: () => undefined, find: () => Promise.resolve(null) } as never,
      purchase,
      acceptTook: () => undefined,
      logger: silentLogger,
    });
    server = createServer(lane);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const attempt = async (headers: Record<string, string>) =>
    (
      await fetch(url, {
        method: 'POST',
        body: '{"saleId":"0b7f9d3e-9a4c-4a0e-8f67-2f8d2f1c9b10"}',
        headers: { 'Content-Type': 'application/json', ...headers },
      })
    ).status;

  it('comes after the shopper is known and before the sale is looked up', async () => {
    expect(await attempt({})).toBe(401);
    expect(asked).toEqual([]);
    answer = { code: 'forbidden' };
    expect(await attempt({ Authorization: 'ada', 'X-Proof': 'none' })).toBe(403);
    answer = null;
    expect(await attempt({ Authorization: 'ada', 'X-Proof': 'of work' })).toBe(404);
    expect(asked).toEqual(['ada none', 'ada of work']);
    expect(purchase).not.toHaveBeenCalled();
  });
});
