import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CommandResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** The last line of stdout, read as JSON. */
  json(): Record<string, unknown>;
}

/** Runs a command as people do, as a process of its own, from its source: `runCommandLine('sale', ['list'], { … })`. */
export async function runCommandLine(
  command: string,
  args: readonly string[],
  variables: Record<string, string>,
): Promise<CommandResult> {
  const folder = command.includes('/') ? '../../' : '../commands/';
  const path = fileURLToPath(new URL(`${folder}${command}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...args], {
    // Nothing of this run's own environment: NODE_OPTIONS and the like would not be there either.
    env: { PATH: process.env.PATH, DATA_DIR: '/nonexistent', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    exitCode,
    stdout,
    stderr,
    json: () => JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>,
  };
}
