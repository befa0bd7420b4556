import { CommandError } from '../../src/commands/lib/command-error.ts';
import type { Generator } from './load.ts';
import { startNodeNet } from './node-net.ts';
import { findWrk } from './wrk.ts';

/**
 * Chooses what makes the crowd: wrk when it is on the path, else lines of our own.
 *
 * @throws CommandError when the one that was asked for is not known, or not there
 */
export async function chooseGenerator(asked: string | undefined): Promise<Generator> {
  if (asked !== undefined && asked !== 'wrk' && asked !== 'node:net')
    throw new CommandError(`${asked} is no generator: wrk or node:net.`);
  const wrk = asked === 'node:net' ? null : await findWrk();
  if (wrk) return wrk;
  if (asked === 'wrk')
    throw new CommandError('wrk is not on the path: install it, or leave --generator out.');
  return startNodeNet();
}
