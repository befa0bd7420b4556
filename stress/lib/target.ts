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

/** An instance that was just started, or hurt by the last run, needs a moment, ms. */
const READY_WITHIN_MS = 15_000;
const ASK_EVERY_MS = 250;

/**
 * Waits until the API is ready.
 *
 * @throws CommandError at once when nobody answers, and when it is not ready within `withinMs`
 */
export async function waitUntilReady(url: string, withinMs = READY_WITHIN_MS): Promise<void> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const answer = await fetch(`${url}/api/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(
      () => null,
    );
    if (answer?.ok) return;
    if (!answer) throw new CommandError(`${url} is not ready: it does not answer.`);
    if (Date.now() >= giveUpAt) throw new CommandError(`${url} is not ready within ${withinMs / 1000} s.`);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}
