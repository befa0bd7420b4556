import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { StartError } from './start-error.ts';

const run = promisify(execFile);

export interface SystemUser {
  uid: number;
  gid: number;
}

/**
 * Whom PostgreSQL runs as: it refuses to run as root. Undefined when we are not root and it runs as ourselves.
 *
 * As root it is the system's `postgres`, or else a user `stampede`, made when there is none.
 *
 * @throws StartError when no such user can be made
 */
export async function findPostgresUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const existing = (await lookUp('postgres')) ?? (await lookUp('stampede'));
  if (existing) return existing;
  await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', 'stampede'])
    // BusyBox (Alpine) has this instead.
    .catch(() => run('adduser', ['-S', '-D', '-H', 'stampede']))
    .catch(() => undefined);
  const made = await lookUp('stampede');
  if (made) return made;
  throw new StartError(
    'PostgreSQL cannot run as root and no user could be made for it: start Stampede as a normal user, or set DATABASE_URL.',
  );
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  try {
    const uid = Number((await run('id', ['-u', name])).stdout);
    const gid = Number((await run('id', ['-g', name])).stdout);
    return { uid, gid };
  } catch {
    return undefined;
  }
}
