// Sends 10,000 inputs made from the OpenAPI document to every route: npm run fuzz [-- --inputs N --seed N]
import './lib/require-node.mjs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
for (const [name, value] of Object.entries(values)) process.env[`FUZZ_${name.toUpperCase()}`] = value;

import('./lib/step.mjs').then(({ failWith }) =>
  import('./lib/test.mjs')
    .then(({ test }) => test(['src/fuzz.integration']))
    .then((code) => process.exit(code))
    .catch(failWith),
);
