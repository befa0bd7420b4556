import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from './testing/test-api.ts';
import { startTestServices, type TestServices } from './testing/test-services.ts';

/** More than wait to be accepted by Node's own setting, 511; where the system itself lets fewer wait, as many as that. */
const CROWD = Math.min(700, mostWaiting());
const WITHIN_MS = 10_000;

/** Connects all at once when it is told to, beside an event loop that stands still; says when all of them stand. */
const CONNECT_ALL = `
  const { connect } = require('node:net');
  const { port, amount, cells } = require('node:worker_threads').workerData;
  Atomics.wait(cells, 0, 0);
  for (let n = 0; n < amount; n += 1)
    connect(port, '127.0.0.1').on('error', () => {}).on('connect', () => {
      if (Atomics.add(cells, 1, 1) === amount - 1) Atomics.notify(cells, 1);
    });
`;

/** Linux says it; elsewhere it is 128. */
function mostWaiting(): number {
  const file = '/proc/sys/net/core/somaxconn';
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 128;
}

describe('the connections of a drop', () => {
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

  it('all stand while the process has no time to accept one of them', async () => {
    const cells = new Int32Array(new SharedArrayBuffer(8));
    const workerData = { port: Number(new URL(api.url).port), amount: CROWD, cells };
    const crowd = new Worker(CONNECT_ALL, { eval: true, workerData });
    await once(crowd, 'online');

    try {
      Atomics.store(cells, 0, 1);
      Atomics.notify(cells, 0);
      const giveUpAt = Date.now() + WITHIN_MS;
      for (let standing = 0; standing < CROWD && Date.now() < giveUpAt; standing = Atomics.load(cells, 1))
        Atomics.wait(cells, 1, standing, giveUpAt - Date.now());
      expect(Atomics.load(cells, 1)).toBe(CROWD);
    } finally {
      await crowd.terminate();
    }
  });
});
