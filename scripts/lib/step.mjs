import { spawn } from 'node:child_process';
import { root } from './paths.mjs';

/** What went wrong, in a line for the person who typed the command; the caller prints it without a stack. */
export class StepError extends Error {}

/**
 * Runs one long step with a line at its start, one every ten seconds and one at its end.
 *
 * @param print  writes one line
 */
export async function step(print, name, work) {
  const startedAt = Date.now();
  const seconds = () => ((Date.now() - startedAt) / 1000).toFixed(1);
  print(`• ${name} …`);
  const heartbeat = setInterval(() => print(`  still busy, ${seconds()} s`), 10_000);
  try {
    const result = await work();
    print(`  done in ${seconds()} s`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}

/**
 * Runs a program to its end, with its output kept back unless it fails.
 *
 * @throws StepError with the output's last lines when it ends with another code than 0
 */
export function runQuietly(program, args, { env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => (output = (output + chunk).slice(-20_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => reject(new StepError(`${program} could not be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new StepError(`${program} ended with ${signal ?? `code ${code}`}\n${output.trimEnd()}`));
    });
  });
}

/** Runs a program with this terminal; resolves with its exit code. */
export function runOpenly(program, args, { env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env, stdio: 'inherit' });
    child.on('error', (error) => reject(new StepError(`${program} could not be started: ${error.message}`)));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Ends the process with what went wrong: one line for a known failure, the stack for a bug. */
export function failWith(error) {
  console.error(error instanceof StepError ? error.message : error);
  process.exit(1);
}
