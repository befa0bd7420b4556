/** What the newest section of the changelog is called until it is released. */
const UNRELEASED = '## Unreleased';

/**
 * Gives the changelog's section of what is not released yet a number and a day, and leaves a new one above it.
 *
 * @param day  as `2026-11-21`
 * @throws Error when there is nothing to release, or the version has a section already
 */
export function closeUnreleased(changelog, version, day) {
  if (releasesOf(changelog).includes(version))
    throw new Error(`CHANGELOG.md has a section ${version} already.`);
  const start = changelog.indexOf(`${UNRELEASED}\n`);
  const next = changelog.indexOf('\n## ', start + 1);
  const news = changelog.slice(start + UNRELEASED.length, next === -1 ? undefined : next).trim();
  if (start === -1 || news === '')
    throw new Error(`CHANGELOG.md says nothing of ${version}: write it below "${UNRELEASED}".`);
  const before = changelog.slice(0, start);
  const after = next === -1 ? '' : changelog.slice(next);
  return `${before}${UNRELEASED}\n\n## ${version}, ${day}\n\n${news}\n${after}`;
}

/** @returns the versions that have a section, newest first */
export function releasesOf(changelog) {
  return [...changelog.matchAll(/^## (\d+\.\d+\.\d+\S*), \d{4}-\d{2}-\d{2}$/gm)].map(
    ([, version]) => version,
  );
}
