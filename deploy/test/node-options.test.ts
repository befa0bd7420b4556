import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { API_NODE_OPTIONS, WORKER_NODE_OPTIONS } from '../../src/infrastructure/embedded/node-options.ts';
import { readDockerfile } from './read-dockerfile.ts';

const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

/** pm2's, by process. */
async function readEcosystem(): Promise<Record<string, string[]>> {
  const { apps } = (await import(new URL('../../ecosystem.config.js', import.meta.url).href)) as {
    apps: { name: string; node_args: string }[];
  };
  return Object.fromEntries(apps.map(({ name, node_args: args }) => [name, args.split(' ')]));
}

describe('what Node is started with', () => {
  it('is the same under npm start, pm2 and docker', async () => {
    const image = readDockerfile(await read('Dockerfile')).find(({ name }) => name === 'CMD');
    const worker = /^ {2}worker:\n(?:.*\n)*? {4}command: \[(.*)\]$/m.exec(await read('docker-compose.yml'));
    expect(await readEcosystem()).toEqual({
      'stampede-api': API_NODE_OPTIONS,
      'stampede-worker': WORKER_NODE_OPTIONS,
    });
    expect(JSON.parse(image?.text ?? '[]')).toEqual(['node', ...API_NODE_OPTIONS, 'dist/src/server.js']);
    expect(JSON.parse(`[${worker?.[1]?.replaceAll("'", '"')}]`)).toEqual([
      ...['node', ...WORKER_NODE_OPTIONS, 'dist/src/worker.js'],
    ]);
  });
});
