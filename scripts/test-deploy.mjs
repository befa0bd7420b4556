// Runs what a deployment is made of, as far as this machine can: npm run test:deploy.
// With words only the parts whose name has one of them: npm run test:deploy -- nginx pm2
import './lib/require-node.mjs';

import('./lib/step.mjs').then(({ failWith }) =>
  import('./lib/test-deploy.mjs')
    .then(({ testDeployment }) => testDeployment(process.argv.slice(2)))
    .then((code) => process.exit(code))
    .catch(failWith),
);
