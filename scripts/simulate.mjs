// Plays random histories of a sale, 10,000 on the model and 500 on real stores as well: npm run simulate.
// A failure prints its seed and path: npm run simulate -- --seed N --path P
import './lib/require-node.mjs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '10000' },
    replays: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    path: { type: 'string' },
  },
});
for (const [name, value] of Object.entries(values)) process.env[`SIMULATE_${name.toUpperCase()}`] = value;

import('./lib/step.mjs').then(({ failWith }) =>
  import('./lib/test.mjs')
    .then(({ test }) => test(['src/testing/simulation']))
    .then((code) => process.exit(code))
    .catch(failWith),
);
