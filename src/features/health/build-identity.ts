import { readFileSync } from 'node:fs';

/**
 * Reads which build this is, once, at start.
 *
 * @param root  the checkout's folder, holding package.json and perhaps .git
 * @param gitCommit  what the deployment says; else the checkout's commit; else `unknown`
 */
export function readBuildIdentity(root: URL, gitCommit?: string): { version: string; commit: string } {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };
  return { version, commit: gitCommit ?? readHead(root) ?? 'unknown' };
}

/** .git by hand: production images have no git, and a start must not wait for a process. */
function readHead(root: URL): string | undefined {
  const read = (path: string): string | undefined => {
    try {
      return readFileSync(new URL(`.git/${path}`, root), 'utf8').trim();
    } catch {
      return undefined;
    }
  };
  const head = read('HEAD');
  const ref = head?.match(/^ref: (refs\/[\w./-]+)$/)?.[1];
  if (ref === undefined) return head;
  return (
    read(ref) ??
    read('packed-refs')
      ?.split('\n')
      .find((line) => line.endsWith(` ${ref}`))
      ?.split(' ')[0]
  );
}
