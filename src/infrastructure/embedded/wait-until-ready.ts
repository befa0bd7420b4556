import { setTimeout as pause } from 'node:timers/promises';
import { StartError } from './start-error.ts';

/**
 * Waits until the instance says that it is ready.
 *
 * @param print  told every five seconds what is still missing
 * @throws StartError after two minutes, with what is missing
 */
export async function waitUntilReady({
  url,
  print,
  isStopping,
}: {
  url: string;
  print: (line: string) => void;
  /** Ends the waiting early, without a word. */
  isStopping: () => boolean;
}): Promise<void> {
  const deadline = performance.now() + 120_000;
  let sayAfter = performance.now() + 5_000;
  while (!isStopping()) {
    const missing = await whatIsMissing(url);
    if (missing === undefined) return;
    if (performance.now() > deadline) throw new StartError(`Stampede did not get ready: ${missing}.`);
    if (performance.now() > sayAfter) {
      print(`  still waiting: ${missing}`);
      sayAfter = performance.now() + 5_000;
    }
    await pause(100);
  }
}

async function whatIsMissing(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/api/health/ready`, { signal: AbortSignal.timeout(5_000) });
    if (response.ok) {
      await response.body?.cancel();
      return undefined;
    }
    const { checks = {} } = (await response.json()) as { checks?: Record<string, { ok: boolean }> };
    const failing = Object.entries(checks).filter(([, check]) => !check.ok);
    return failing.map(([name]) => name).join(', ') || `status ${response.status}`;
  } catch {
    return 'no answer yet';
  }
}
