// Gives the changelog the version that `npm version` has just written into package.json: run by npm, before its commit.
import { readFile, writeFile } from 'node:fs/promises';
import { inRoot } from './lib/paths.mjs';
import { closeUnreleased } from './lib/release-notes.mjs';
import { StepError, failWith } from './lib/step.mjs';

const changelog = inRoot('CHANGELOG.md');
const { version } = JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
try {
  const day = new Date().toISOString().slice(0, 10);
  await writeFile(changelog, closeUnreleased(await readFile(changelog, 'utf8'), version, day));
} catch (error) {
  failWith(new StepError(error.message));
}
