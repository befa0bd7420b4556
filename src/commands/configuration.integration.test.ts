import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { runCommandLine } from '../testing/run-command.ts';

const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('npm run configuration', () => {
  it('prints what docs/configuration.md says', async () => {
    const { exitCode, stdout } = await runCommandLine('configuration', [], {});
    expect(exitCode).toBe(0);
    expect(stdout).toBe(await read('docs/configuration.md'));
  });

  it('knows nothing that .env.example does not show, but what tools set', async () => {
    const { json } = await runCommandLine('configuration', ['--json'], {});
    const { variables } = json() as { variables: { name: string }[] };
    const shown = await read('.env.example');
    const hidden = variables.filter(({ name }) => !new RegExp(`^# ${name}=`, 'm').test(shown));
    expect(hidden.map(({ name }) => name)).toEqual(['NODE_ENV', 'GIT_COMMIT']);
  });
});
