import { CommandError, usageError } from '../../src/commands/lib/command-error.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The address to drive, without a path.
 *
 * @throws CommandError unless it is on this machine: this tool makes a crowd, and must never meet somebody else's service
 */
export function chooseTarget(asked: string | undefined, running: string | undefined): string {
  const text = asked ?? running;
  if (text === undefined)
    throw usageError('--url is missing: the services were named by variables, the API was not');
  if (!URL.canParse(text)) throw usageError(`--url is not an address: '${text}'`);
  const url = new URL(text);
  if (url.protocol !== 'http:' || !LOOPBACK.test(url.hostname)) {
    throw usageError(`--url must be http on this machine (loopback), not ${url.origin}`);
  }
  return url.origin;
}

/** @throws CommandError when the API does not answer that it is ready */
export async function checkReady(url: string): Promise<void> {
  const answer = await fetch(`${url}/api/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(
    () => null,
  );
  if (!answer?.ok) throw new CommandError(`${url} is not ready${answer ? '' : ': it does not answer'}.`);
}
