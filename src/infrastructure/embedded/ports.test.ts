import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { findFreePort, portTrouble } from './ports.ts';

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
