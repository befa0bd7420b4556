import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from './paths.mjs';

/** Before the first release: the last commit whose schema is a migration behind (it lacks the message of a sale). */
const BEFORE_RELEASES = '2679425f4d1b08929b62e0f9860252b48557df53';

const git = (...args) => promisify(execFile)('git', args, { cwd: root }).then(({ stdout }) => stdout.trim());

/**
 * Finds the version that this one replaces: the newest release that this checkout is after.
 *
 * @returns its tag or commit; undefined where git's history does not have it, as in a shallow clone
 */
export async function findOldVersion() {
  try {
    const releases = ['--list', 'v*', '--merged', 'HEAD', '--no-contains', 'HEAD', '--sort=-v:refname'];
    const [newest = BEFORE_RELEASES] = (await git('tag', ...releases)).split('\n').filter(Boolean);
    await git('cat-file', '-e', `${newest}^{commit}`);
    return newest;
  } catch {
    return undefined;
  }
}
