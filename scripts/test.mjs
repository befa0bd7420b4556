// Checks format, rules and types, then runs every test on real services: npm test.
// With arguments it runs jest alone, with them: npm test -- src/features/purchase
import './lib/require-node.mjs';

import('./lib/step.mjs').then(({ failWith }) =>
  import('./lib/test.mjs')
    .then(({ test }) => test(process.argv.slice(2)))
    .then((code) => process.exit(code))
    .catch(failWith),
);
