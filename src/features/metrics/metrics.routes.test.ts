import { describe, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import { RefusalError } from '../../errors/refusal.ts';
import { createMetricsRoutes } from './metrics.routes.ts';

const TEXT = 'up 1\n';

/** @returns the text, or the code of the refusal */
function askFrom(remoteAddress: string, headers: Record<string, string> = {}): Promise<unknown> {
  const router = createMetricsRoutes({ readMetrics: () => Promise.resolve(TEXT) });
  return new Promise((resolve) => {
    const req = { method: 'GET', url: '/', headers, socket: { remoteAddress } } as unknown as Request;
    const res = { set: () => res, send: resolve } as unknown as Response;
    router(req, res, (error) => resolve(error instanceof RefusalError ? error.refusal.code : error));
  });
}

describe('GET /metrics', () => {
  it.each(['127.0.0.1', '::1', '::ffff:10.1.2.3', '192.168.0.7', '172.16.0.2', 'fd00::1'])(
    'is there for a peer of the private network: %s',
    async (address) => expect(await askFrom(address)).toBe(TEXT),
  );

  it.each(['203.0.113.9', '::ffff:203.0.113.9', '2001:db8::1', ''])(
    'is nowhere for a public peer: %j',
    async (address) => expect(await askFrom(address)).toBe('not_found'),
  );

  it.each(['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'])(
    'is nowhere for what came through a proxy that adds %s, whatever it says',
    async (header) => expect(await askFrom('127.0.0.1', { [header]: '127.0.0.1' })).toBe('not_found'),
  );
});
