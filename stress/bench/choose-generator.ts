import { CommandError } from '../../src/commands/lib/command-error.ts';
import { autocannonGenerator } from './autocannon.ts';
import type { Generator } from './load.ts';
import { findWrk } from './wrk.ts';

/**
 * Chooses what makes the crowd: wrk when it is on the path, else autocannon.
 *
 * @throws CommandError when the one that was asked for is not there
 */
export async function chooseGenerator(asked: string | undefined): Promise<Generator> {
  if (asked === 'autocannon') return autocannonGenerator;
  const wrk = await findWrk();
  if (wrk) return wrk;
  if (asked === 'wrk')
    throw new CommandError('wrk is not on the path: install it, or leave --generator out.');
  return autocannonGenerator;
}
