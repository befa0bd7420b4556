import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const apiUrl = process.env.VITE_API_URL ?? 'http://127.0.0.1:3000';

/** What the sale page is made of; other packages (the operator's desk) stay with the part that loads them. */
const PAGE_PACKAGES = [
  ...['react', 'react-dom', 'scheduler', 'react-router', 'cookie', 'set-cookie-parser'],
  ...[
    'socket.io-client',
    'socket.io-parser',
    'engine.io-client',
    'engine.io-parser',
    '@socket.io/component-emitter',
  ],
];

const ROUTER = fileURLToPath(
  new URL('../node_modules/react-router/dist/production/index.mjs', import.meta.url),
);

/**
 * Lets the bundler leave out what of the router the page does not use (forms, fetchers, prefetching pages): the router
 * does not mark its components as free of side effects, and gives each a name, which counts as a use.
 */
const slimRouter: Plugin = {
  name: 'slim-router',
  apply: 'build',
  transform: {
    filter: { id: /react-router\/dist\// },
    handler: (code) => ({
      code: code
        .replace(/^\w+\.displayName = .*;$/gm, '')
        .replace(/= (\w+\.(?:forwardRef|memo)\()/g, '= /* @__PURE__ */ $1'),
      map: null,
    }),
  },
};

/** Our sockets speak WebSocket only (src/infrastructure/realtime/sockets.ts): the library's other transports are left out. */
const webSocketOnly: Plugin = {
  name: 'web-socket-only',
  load: {
    filter: { id: /engine\.io-client\/build\/esm\/transports\/index\.js$/ },
    handler: () => "import { WS } from './websocket.js';\nexport const transports = { websocket: WS };",
  },
};

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), webSocketOnly, slimRouter],
  // Its package's entry is the build for developers.
  resolve: { alias: [{ find: /^react-router$/, replacement: ROUTER }] },
  // Every browser that knows the page's CSS knows modulepreload.
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // What every part of the page needs is one chunk, what every part of the desk needs another: many small ones compress
    // worse. Nothing of the desk may come with the sale.
    rolldownOptions: {
      treeshake: {
        moduleSideEffects: [{ test: /engine\.io-client/, sideEffects: false }],
        propertyReadSideEffects: false,
      },
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'desk',
              priority: 1,
              test: /node_modules\/(@tanstack|@radix-ui|uplot)\/|client\/src\/(features\/desk\/|words\/(desk-words|en-desk|en-live)\.ts)/,
              includeDependenciesRecursively: false,
            },
            {
              name: 'page',
              test: new RegExp(
                `node_modules/(${PAGE_PACKAGES.join('|')})/|client/src/(lib/|config/|words/(words|en|en-standing)\\.ts)`,
              ),
              includeDependenciesRecursively: false,
            },
          ],
        },
      },
    },
  },
  server: {
    // The contracts that the page shares with the API lie outside its root.
    fs: { allow: ['..'] },
    proxy: {
      '/api': { target: apiUrl },
      '/socket.io': { target: apiUrl, ws: true },
    },
  },
});
