import { chromium, type Browser } from 'playwright-core';

/**
 * Starts a real headless Chromium.
 *
 * @throws when `CHROMIUM_PATH` does not name one: a browser test that cannot run has failed
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH;
  if (!executablePath) {
    throw new Error('CHROMIUM_PATH is not set: run the tests with npm test, which looks for Chromium.');
  }
  return chromium.launch({
    executablePath,
    // Containers have no user namespaces for the sandbox and no GPU; the rest keeps the browser from the network.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
