import { describe, expect, it } from '@jest/globals';
import express from 'express';
import type { IncomingMessage } from 'node:http';
import { createAddressMatcher, createClientAddress } from './client-address.ts';

function request(remoteAddress: string | undefined, forwardedFor?: string): IncomingMessage {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return { headers, socket: { remoteAddress }, connection: { remoteAddress } } as unknown as IncomingMessage;
}

/** What Express' own `req.ip` says of the same request. */
function expressIp(trustProxy: string[], req: IncomingMessage): string | undefined {
  const app = express();
  app.set('trust proxy', trustProxy);
  const asked = Object.create(app.request as object, {
    app: { value: app },
    headers: { value: req.headers },
    socket: { value: req.socket },
    connection: { value: req.socket },
  }) as express.Request;
  return asked.ip;
}

describe('createClientAddress', () => {
  it('believes no forwarded address when no proxy is trusted', () => {
    expect(createClientAddress({ trustProxy: [] })(request('203.0.113.9', '1.2.3.4'))).toBe('203.0.113.9');
  });

  it('tells once that an address was handed on and is not believed', () => {
    const peers: string[] = [];
    const onUnbelieved = (peer: string): void => void peers.push(peer);
    const clientAddress = createClientAddress({ trustProxy: [], onUnbelieved });
    clientAddress(request('203.0.113.9'));
    expect(peers).toEqual([]);
    clientAddress(request('203.0.113.9', '1.2.3.4'));
    clientAddress(request('203.0.113.7', '1.2.3.5'));
    expect(peers).toEqual(['203.0.113.9']);
    const believing = createClientAddress({ trustProxy: ['loopback'], onUnbelieved });
    believing(request('203.0.113.9', '1.2.3.4'));
    expect(peers).toHaveLength(1);
  });

  it('believes as far as the proxies are trusted, and not what the client wrote before them', () => {
    const clientAddress = createClientAddress({ trustProxy: ['10.0.0.0/8'] });
    expect(clientAddress(request('10.0.0.1', '6.6.6.6, 203.0.113.9, 10.0.0.2'))).toBe('203.0.113.9');
    expect(clientAddress(request('203.0.113.7', '6.6.6.6'))).toBe('203.0.113.7');
  });

  it.each([
    [[], '203.0.113.9', '1.2.3.4'],
    [['loopback'], '127.0.0.1', '1.2.3.4'],
    [['loopback'], '127.0.0.1', '6.6.6.6, 1.2.3.4'],
    [['loopback'], '203.0.113.9', '1.2.3.4'],
    [['10.0.0.0/8', 'loopback'], '10.1.2.3', '1.2.3.4, 10.9.9.9, 127.0.0.1'],
    [['loopback'], '127.0.0.1', undefined],
  ] as const)('agrees with Express: trusting %j, from %s, forwarded %j', (trust, peer, forwarded) => {
    const req = request(peer, forwarded);
    expect(createClientAddress({ trustProxy: [...trust] })(req)).toBe(expressIp([...trust], req));
  });

  it('takes an IPv4 client on a socket of both families for the same', () => {
    expect(createClientAddress({ trustProxy: [] })(request('::ffff:203.0.113.9'))).toBe('203.0.113.9');
  });

  it('survives a socket that is closed already', () => {
    expect(createClientAddress({ trustProxy: [] })(request(undefined))).toBe('');
  });

  it('refuses a list it does not understand when it is made', () => {
    expect(() => createClientAddress({ trustProxy: ['everybody'] })).toThrow(TypeError);
  });
});

describe('createAddressMatcher', () => {
  it('says the same of an address each time, also after thousands of others', () => {
    const isListed = createAddressMatcher(['10.0.0.0/8', '2001:db8::/32']);
    for (let round = 0; round < 2; round += 1) {
      for (let host = 0; host < 1_500; host += 1) {
        const tail = `${host >> 8}.${host & 255}`;
        expect([isListed(`10.1.${tail}`), isListed(`11.1.${tail}`)]).toEqual([true, false]);
      }
      expect([isListed('2001:db8::1'), isListed('2001:db9::1'), isListed('')]).toEqual([true, false, false]);
    }
  });
});
