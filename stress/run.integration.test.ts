import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommandLine } from '../src/testing/run-command.ts';
import { startTestServices, type TestServices } from '../src/testing/test-services.ts';
import { SCENARIOS } from './scenarios/all.ts';

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
    [
      ['--scenario', 'sockets', '--shoppers', '10000'],
      2,
      /^--shoppers must be a whole number from 1 to 5000/,
    ],
    [['--max-accept-p99', 'soon'], 2, /^--max-accept-p99 must be a whole number/],
    [['--compare', '/nonexistent.json'], 2, /^--compare cannot be read/],
    [['--shoppers', '1000000'], 2, /^--shoppers must be a whole number from 1 to 200000/],
    [['--url', 'http://127.0.0.1:9'], 1, /^http:\/\/127\.0\.0\.1:9 is not ready: it does not answer\.$/],
  ])('refuses %j in one line', async (args, exitCode, reason) => {
    const result = await stress(...args);
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr.trimEnd()).toMatch(reason);
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('shows its scenarios and flags', async () => {
    const { stdout } = await stress('--help');
    for (const name of Object.keys(SCENARIOS)) expect(stdout).toContain(`  ${name} `);
    expect(stdout).toContain('--connections N');
  });
});
