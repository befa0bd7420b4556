import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from './testing/test-api.ts';
import { startTestServices, type TestServices } from './testing/test-services.ts';

describe('a client that sends its request byte by byte', () => {
  let services: TestServices;
  let api: TestApi;
  beforeAll(async () => {
    services = await startTestServices();
    api = await startTestApi(services);
  });
  afterAll(async () => {
    await api.close();
    await services.close();
  });

  const HEAD = 'POST /api/purchase/attempt HTTP/1.1\r\nHost: shop\r\n';
  it.each([
    ['headers that never end', HEAD],
    ['a body that never comes', `${HEAD}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"sale`],
  ])(
    'is told so and let go: %s',
    async (_what, sent) => {
      const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
      let heard = '';
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
      socket.write(sent);
      await once(socket, 'close');
      expect(heard).toMatch(/^HTTP\/1.1 408 /);
    },
    60_000,
  );
});
