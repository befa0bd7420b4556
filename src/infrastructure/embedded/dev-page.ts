import { fileURLToPath } from 'node:url';
import { environmentWith } from '../../config/env.ts';
import { findFreePort } from './ports.ts';
import { spawnTethered } from './tethered-process.ts';

/**
 * Starts Vite's development server for the page.
 *
 * @param root  the folder of package.json
 * @param apiUrl  where it passes on /api and /socket.io
 * @returns its address and how to stop it
 */
export async function startDevPage({
  root,
  apiUrl,
  print,
}: {
  root: URL;
  apiUrl: string;
  print: (line: string) => void;
}): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await findFreePort();
  const vite = await spawnTethered({
    program: process.execPath,
    args: [
      fileURLToPath(new URL('node_modules/vite/bin/vite.js', root)),
      fileURLToPath(new URL('client', root)),
      ...['--host', '127.0.0.1', '--port', String(port), '--strictPort', '--clearScreen', 'false'],
    ],
    stopSignal: 'TERM',
    env: environmentWith({ VITE_API_URL: apiUrl, NODE_ENV: 'development' }),
    onLine: (line) => print(`page: ${line}`),
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      vite.stop();
      await vite.exited;
    },
  };
}
