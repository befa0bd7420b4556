import { describe, expect, it } from '@jest/globals';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { createHotLane } from './hot-lane.ts';

/** @returns who answers, after `begin` when the request scope had begun (the app begins its own) */
function ask(method: string, url: string, { isStopping = false } = {}) {
  const calls: string[] = [];
  const told = (name: string) => () => void calls.push(name);
  const lane = createHotLane({
    requestScope: { begin: () => '', beginLane: told('begin'), answerPreflight: () => false },
    attemptLane: told('attempt'),
    saleStatusLane: told('status'),
    app: told('app'),
    isStopping: () => isStopping,
  });
  const req = Object.assign(new IncomingMessage(new Socket()), { method, url });
  const res = new ServerResponse(req);
  lane(req, res);
  return { calls, connection: res.getHeader('Connection') };
}

describe('the hot lane', () => {
  it('answers an attempt and a sale status itself', () => {
    expect(ask('POST', '/api/purchase/attempt').calls).toEqual(['begin', 'attempt']);
    expect(ask('GET', '/api/flash-sale/status').calls).toEqual(['begin', 'status']);
    expect(ask('GET', '/api/flash-sale/status?saleId=1').calls).toEqual(['begin', 'status']);
  });

  it.each([
    ['GET', '/api/purchase/attempt'],
    ['OPTIONS', '/api/purchase/attempt'],
    ['POST', '/api/purchase/attempt?'],
    ['POST', '/api/purchase/attempt/'],
    ['POST', '/API/purchase/attempt'],
    ['HEAD', '/api/flash-sale/status'],
    ['GET', '/api/flash-sale/status/'],
    ['GET', '/API/flash-sale/status'],
    ['GET', '/api/flash-sale/statuses'],
    ['GET', '/'],
  ])('leaves %s %s to the app', (method, url) => {
    expect(ask(method, url).calls).toEqual(['app']);
  });

  it('closes every line after its answer while the process stops', () => {
    for (const url of ['/api/purchase/attempt', '/api/purchase/attempt/']) {
      expect(ask('POST', url, { isStopping: true }).connection).toBe('close');
      expect(ask('POST', url).connection).toBeUndefined();
    }
  });
});
