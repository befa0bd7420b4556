import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readDockerfile } from './read-dockerfile.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUILT_HERE = 'stampede:local';

/** Every image that a deployment pulls. */
async function readImages(folder: string): Promise<string[]> {
  const compose = await readFile(join(folder, 'docker-compose.yml'), 'utf8');
  const dockerfile = readDockerfile(await readFile(join(folder, 'Dockerfile'), 'utf8'));
  return [
    ...[...compose.matchAll(/^ +image: (\S+)$/gm)].map(([, image]) => image!),
    ...dockerfile.flatMap(({ name, words }) => (name === 'FROM' ? [words[0]!] : [])),
  ].filter((image) => image !== BUILT_HERE);
}

describe('the images of a deployment', () => {
  it('are named with an exact version: none is untagged, none the latest', async () => {
    const images = await readImages(ROOT);
    expect(images.length).toBeGreaterThan(7);
    expect(
      images.filter((image) => !/:v?\d+\.\d+(\.\d+)?(-[\w.-]+)?(@sha256:[0-9a-f]{64})?$/.test(image)),
    ).toEqual([]);
  });
});

describe('pin-images.sh', () => {
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stampede-images-'));
    await mkdir(join(folder, 'deploy'));
    for (const path of ['Dockerfile', 'docker-compose.yml', 'deploy/pin-images.sh'])
      await cp(join(ROOT, path), join(folder, path));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** With a docker that knows one digest. */
  async function pin(answer: string): Promise<string> {
    await writeFile(join(folder, 'docker'), `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    return (await promisify(execFile)('sh', [join(folder, 'deploy/pin-images.sh')], { env })).stdout;
  }

  it('adds to each the digest that the registry tells, and looks it up anew the next time', async () => {
    const before = await readImages(folder);
    await pin(`sha256:${'f'.repeat(64)}`);
    expect((await pin(digest)).trim().split('\n')).toHaveLength(new Set(before).size);
    expect(await readImages(folder)).toEqual(before.map((image) => `${image}@${digest}`));
    const dockerfile = await readFile(join(folder, 'Dockerfile'), 'utf8');
    expect(dockerfile.replaceAll(`@${digest}`, '')).toBe(await readFile(join(ROOT, 'Dockerfile'), 'utf8'));
  });

  it('changes nothing when the registry does not answer with one', async () => {
    await expect(pin('unauthorized')).rejects.toThrow('no digest for');
    expect(await readImages(folder)).toEqual(await readImages(ROOT));
  });
});
