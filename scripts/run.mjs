// Runs one module of the build with what follows as its arguments: node scripts/run.mjs src/commands/sale list.
import './lib/require-node.mjs';

import('./lib/step.mjs').then(({ failWith }) =>
  import('./lib/run-module.mjs').then(({ runModule }) => runModule(process.argv.slice(2))).catch(failWith),
);
