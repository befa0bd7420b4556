import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { findFreePort, portTrouble } from './ports.ts';

describe('findFreePort', () => {
  it('keeps out of the ports that are given to outgoing connections', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, findFreePort));
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(20_000);
    expect(Math.max(...ports)).toBeLessThan(32_768);
  });
});

describe('portTrouble', () => {
  it('finds nothing wrong with a free port', async () => {
    expect(await portTrouble(await findFreePort())).toBeUndefined();
  });

  it.each(['127.0.0.1', undefined])('tells that a port is taken on %s', async (host) => {
    const port = await findFreePort();
    const server = createServer().listen(port, host);
    await once(server, 'listening');
    expect(await portTrouble(port)).toBe('EADDRINUSE');
    server.close();
  });
});
