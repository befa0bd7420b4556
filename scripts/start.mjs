// Brings up a whole instance on this machine: npm start. With --dev in watch mode: npm run dev.
import './lib/require-node.mjs';

// Taken at once: while dependencies install, whoever started us may already be gone.
var npmParent = process.env.npm_lifecycle_event ? process.ppid : undefined;

import('./lib/step.mjs').then(({ failWith }) =>
  import('./lib/start.mjs')
    .then(({ start }) => start({ isDev: process.argv.includes('--dev'), npmParent }))
    .catch(failWith),
);
