import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const FOLDER = fileURLToPath(new URL('../prometheus/', import.meta.url));

const promtool = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)(process.env.TEST_PROMTOOL!, args, { cwd: FOLDER })).stdout;

describe("Prometheus' own tool", () => {
  it('takes the configuration with its rules', async () => {
    expect(await promtool('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
  });

  it('finds that a healthy drop wakes nobody, and that what is wrong is told', async () => {
    expect(await promtool('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
  });
});
