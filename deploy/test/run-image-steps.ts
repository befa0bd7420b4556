import { execFile } from 'node:child_process';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readDockerfile, type Instruction } from './read-dockerfile.ts';

/** A step may install everything on a busy machine, ms. */
const STEP_TIMEOUT_MS = 540_000;

export interface BuiltImage {
  /** What is `/app` in the container. */
  folder: string;
  /** The program and its arguments. */
  command: string[];
  user: string;
  env: Record<string, string>;
}

/**
 * Does what `docker build` would do with the Dockerfile, without docker: the same steps in the same order, each stage in a
 * folder of its own in place of a file system of its own.
 *
 * @param sources  what `COPY . .` copies: a checkout without what .dockerignore names
 * @throws with its output when a step fails, or for an instruction that cannot be done this way
 */
export async function runImageSteps(
  dockerfile: string,
  { sources, scratch }: { sources: string; scratch: string },
): Promise<BuiltImage> {
  const image: BuiltImage = { folder: scratch, command: [], user: 'root', env: {} };
  const inside = (path: string): string => join(image.folder, path.replace(/^\/app\/?/, ''));

  const steps: Record<string, (instruction: Instruction) => Promise<void> | void> = {
    async FROM({ words }) {
      image.folder = join(scratch, words[2] ?? 'image');
      await mkdir(image.folder, { recursive: true });
    },
    WORKDIR({ words }) {
      if (words[0] !== '/app') throw new Error('only /app is known here');
    },
    async COPY({ words }) {
      const paths = words.filter((word) => !word.startsWith('--'));
      const stage = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
      const from = stage === undefined ? sources : join(scratch, stage);
      const target = paths.pop() ?? '';
      for (const path of paths) {
        const name = path.replace(/^\/app\//, '');
        const isFolderOfItsOwn = paths.length === 1 && !target.endsWith('/') && target !== '.';
        const into = path === '.' ? image.folder : inside(isFolderOfItsOwn ? target : join(target, name));
        await cp(join(from, path === '.' ? '' : name), into, { recursive: true, verbatimSymlinks: true });
      }
    },
    async RUN({ text }) {
      const { NODE_OPTIONS: _jests, NODE_ENV: _test, ...environment } = process.env;
      await promisify(execFile)('sh', ['-ec', text], {
        cwd: image.folder,
        env: { ...environment, ...image.env },
        timeout: STEP_TIMEOUT_MS,
        maxBuffer: 64_000_000,
      });
    },
    ENV({ words }) {
      for (const word of words) {
        const [name = '', value = ''] = word.split('=');
        if (!value.includes('${')) image.env[name] = value;
      }
    },
    USER({ words }) {
      image.user = words[0] ?? 'root';
    },
    CMD({ text }) {
      image.command = JSON.parse(text) as string[];
    },
    ARG: () => undefined,
    EXPOSE: () => undefined,
    HEALTHCHECK: () => undefined,
  };
  for (const instruction of readDockerfile(await readFile(dockerfile, 'utf8'))) {
    const step = steps[instruction.name];
    if (!step) throw new Error(`${instruction.name} cannot be done without docker`);
    await step(instruction);
  }
  return image;
}
