// Makes the pictures of every page and state in screenshots/, and those of the README and docs: npm run screenshots.
import './lib/require-node.mjs';

import('./lib/step.mjs').then(({ failWith }) =>
  Promise.all([import('./lib/test.mjs'), import('./lib/paths.mjs'), import('node:fs/promises')])
    .then(async ([{ test }, { inRoot }, { copyFile }]) => {
      const code = await test(['src/page-states.e2e', 'src/operator-desk.e2e', 'src/operator-office.e2e']);
      if (code !== 0) process.exit(code);
      const shown = {
        'sale-page': 'desktop-open',
        'operator-desk': 'desk-wall-1080-light',
        'desk-trail': 'office-trail-laptop',
        ...same('scheduled', 'in-line-moving', 'confirmed', 'sold-out'),
      };
      for (const [name, shot] of Object.entries(shown)) {
        await copyFile(inRoot(`screenshots/${shot}.png`), inRoot(`docs/images/${name}.png`));
      }
    })
    .catch(failWith),
);

const same = (...states) => Object.fromEntries(states.map((state) => [state, `phone-${state}`]));
