import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommandLine } from '../src/testing/run-command.ts';
import { startTestServices, type TestServices } from '../src/testing/test-services.ts';

describe('stress', () => {
  let services: TestServices;
  beforeAll(async () => {
    services = await startTestServices();
  });
  afterAll(() => services.close());

  const stress = (...args: string[]) =>
    runCommandLine('stress/run', args, {
      DATABASE_URL: services.databaseUrl,
      REDIS_URL: services.redisUrl,
      JWT_SECRET: 'a secret of tests, long enough to sign with',
    });

  it.each<[string[], number, RegExp]>([
    [['--url', 'http://shop.example'], 2, /^--url must be http on this machine \(loopback\)/],
    [[], 2, /^--url is missing/],
    [['--scenario', 'siege'], 2, /^there is no scenario 'siege'/],
    [['--shoppers', '1000000'], 2, /^--shoppers must be a whole number from 1 to 200000/],
    [['--url', 'http://127.0.0.1:9'], 1, /^http:\/\/127\.0\.0\.1:9 is not ready: it does not answer\.$/],
  ])('refuses %j in one line', async (args, exitCode, reason) => {
    const result = await stress(...args);
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr.trimEnd()).toMatch(reason);
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('shows its flags', async () => {
    expect((await stress('--help')).stdout).toContain('--connections N');
  });
});
