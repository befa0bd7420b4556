// Builds the server and the page into dist/, when their sources have changed: npm run build.
import './lib/require-node.mjs';

import('./lib/step.mjs').then(({ failWith }) =>
  Promise.all([import('./lib/dependencies.mjs'), import('./lib/build.mjs')])
    .then(([{ ensureDependencies }, { ensureBuild }]) =>
      ensureDependencies(console.log).then(() => ensureBuild(console.log)),
    )
    .catch(failWith),
);
