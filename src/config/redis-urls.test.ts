import { describe, expect, it } from '@jest/globals';
import { redisUrls, serverOptions } from './redis-urls.ts';

describe('the servers of REDIS_URL', () => {
  it('are one, or several with commas between', () => {
    expect(redisUrls('redis://:a,b@one:7000')).toEqual(['redis://:a,b@one:7000']);
    expect(redisUrls('redis://one:7000, rediss://two')).toEqual(['redis://one:7000', 'rediss://two']);
  });

  it('are reached as their URL says', () => {
    expect(serverOptions('redis://one')).toEqual({ host: 'one', port: 6_379 });
    expect(serverOptions('rediss://shop:a%2Fb@two:7001')).toEqual({
      ...{ host: 'two', port: 7_001, username: 'shop', password: 'a/b', tls: {} },
    });
  });
});
