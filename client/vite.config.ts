import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const apiUrl = process.env.VITE_API_URL ?? 'http://127.0.0.1:3000';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  // Every browser that knows the page's CSS knows modulepreload.
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // What every part of the page needs is one chunk, what every part of the desk needs another: many small ones compress
    // worse. Nothing of the desk may come with the sale.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'desk',
              priority: 1,
              test: /node_modules\/(@tanstack|@radix-ui|uplot)\/|client\/src\/(features\/desk\/|words\/(desk-words|en-desk)\.ts)/,
              includeDependenciesRecursively: false,
            },
            {
              name: 'page',
              test: /node_modules|client\/src\/(lib\/|config\/|words\/(words|en|en-standing)\.ts)/,
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
