import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readDockerfile } from './read-dockerfile.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** @returns what the tool printed @throws with that, when it finds fault */
async function runTool(bin: string, ...args: string[]): Promise<string> {
  const path = `${process.env.TEST_DEPLOY_TOOLS!}/${bin}`;
  const { stdout } = await promisify(execFile)(process.execPath, [path, ...args], { cwd: ROOT });
  return stdout;
}

/** The order of keys is for the reader here: what comes first, stands first. */
const MATTERS_OF_TASTE = [
  'service-keys-order',
  'services-alphabetical-order',
  'top-level-properties-order',
].flatMap((rule) => ['--disable-rule', rule]);

describe('docker-compose.yml', () => {
  it('follows the schema and the rules of its linter', async () => {
    await runTool('dclint/bin/dclint.cjs', 'docker-compose.yml', '--max-warnings', '0', ...MATTERS_OF_TASTE);
  });
});

describe('the Dockerfile', () => {
  it('pleases its linter', async () => {
    expect(await runTool('dockerfile-utils/bin/dockerfile-utils', 'lint', 'Dockerfile')).toBe('');
  });

  it('is run by a user without rights, and says whether it lives', async () => {
    const instructions = readDockerfile(await readFile(`${ROOT}Dockerfile`, 'utf8'));
    const named = (wanted: string) => instructions.filter(({ name }) => name === wanted);
    expect(named('USER').at(-1)?.text).toBe('node');
    expect(named('HEALTHCHECK')).toHaveLength(1);
  });
});
