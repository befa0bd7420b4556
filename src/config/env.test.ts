import { describe, expect, it } from '@jest/globals';
import { readEnv } from './env.ts';

describe('the environment', () => {
  it.each(['short', 'x'.repeat(64), 'abcabcabcabcabcabcabcabcabcabcabcabcabc'])(
    'stops the start for a secret that can be guessed: %s',
    (secret) => {
      expect(() => readEnv({ JWT_SECRET: secret })).toThrow('JWT_SECRET');
    },
  );

  it('takes a secret as `openssl rand` makes it, and those before it', () => {
    const made = '6f1d9c0b5e7a48329d0f4c1b2a3e5d687f9081726354a5b6c7d8e9f00112233a';
    const env = readEnv({ JWT_SECRET: made, JWT_PREVIOUS_SECRETS: 'one, two' });
    expect(env).toMatchObject({ jwtSecret: made, jwtPreviousSecrets: ['one', 'two'], accessTokenSec: 900 });
  });

  it('takes one Redis, or several of a cluster, and a password with a comma in it', () => {
    const cluster = 'redis://:a,b@one:7000, redis://two:7001,rediss://three';
    for (const url of ['redis://:a,b@one:7000', cluster])
      expect(readEnv({ REDIS_URL: url })).toMatchObject({ redisUrl: url });
    for (const url of ['http://one', 'redis://one,two', 'redis://one,http://two', 'one:7000'])
      expect(() => readEnv({ REDIS_URL: url })).toThrow('REDIS_URL must be redis://…');
  });

  it('takes origins as browsers name them', () => {
    const given = 'https://shop.example, http://localhost:5173';
    expect(readEnv({ CORS_ORIGINS: given }).corsOrigins).toEqual([
      'https://shop.example',
      'http://localhost:5173',
    ]);
    expect(readEnv({ CORS_ORIGINS: '' }).corsOrigins).toEqual([]);
  });

  it.each([
    'shop.example',
    'https://shop.example/',
    'https://shop.example/shop',
    'https://Shop.example',
    'https://shop.example:443',
    'https://shop.example\r\nX-Evil: 1',
    'ftp://shop.example',
    'https://shop.example,*',
    'null',
  ])('refuses the origin %j, which no browser sends or which would end a line', (given) => {
    expect(() => readEnv({ CORS_ORIGINS: given })).toThrow(/CORS_ORIGINS must be origins/);
  });

  it('takes one of three algorithms', () => {
    expect(() => readEnv({ JWT_ALGORITHM: 'none' })).toThrow('JWT_ALGORITHM');
  });

  it('reads pairs as OpenTelemetry writes them, and refuses what is none', () => {
    const env = readEnv({ OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging, note=a%2Cb' });
    expect(env.otelResourceAttributes).toEqual({ 'deployment.environment.name': 'staging', note: 'a,b' });
    for (const bad of ['staging', '=staging', 'note=%'])
      expect(() => readEnv({ OTEL_RESOURCE_ATTRIBUTES: bad })).toThrow('OTEL_RESOURCE_ATTRIBUTES');
  });

  it('traces nothing when that is switched off, whatever receiver is named', () => {
    const receiver = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
    expect(readEnv(receiver).otlpEndpoint).toBe('http://127.0.0.1:4318');
    expect(readEnv({ ...receiver, OTEL_SDK_DISABLED: 'true' }).otlpEndpoint).toBeUndefined();
  });

  it('has logs read by machines, and by people who develop', () => {
    expect(readEnv({}).logFormat).toBe('json');
    expect(readEnv({ NODE_ENV: 'development' }).logFormat).toBe('readable');
    expect(readEnv({ NODE_ENV: 'development', LOG_FORMAT: 'json' }).logFormat).toBe('json');
  });
});
