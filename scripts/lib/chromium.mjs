import { findSystemTool, which } from './system-tool.mjs';
import { StepError } from './step.mjs';

/**
 * Finds a Chromium to test the page in: CHROMIUM_PATH, one on the path, or as root the system's package.
 *
 * @throws StepError when there is none: a test of the page that does not run must not look like one that passed
 */
export async function findChromium(print) {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const path = await which(name);
    if (path) return path;
  }
  const installed = await findSystemTool(print, { program: 'chromium', packages: ['chromium'] });
  if (installed) return installed;
  throw new StepError('The page is tested in Chromium: install it, or set CHROMIUM_PATH to its binary.');
}
