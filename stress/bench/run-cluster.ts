import cluster from 'node:cluster';
import { once } from 'node:events';

/** What the first process of a contender prints when all of its processes serve. */
export interface ContenderReady {
  pids: Record<string, number[]>;
}

/** One kind of process of a contender. */
export interface ClusterRole {
  count: number;
  /** Resolves when it serves, or works. */
  run: () => Promise<void>;
}

const ROLE_FLAG = '--role=';

/**
 * Runs a contender: the first process forks so many of each role, tells their pids and waits. Processes that listen on
 * the same port share it, as the API processes of an instance do.
 *
 * A process that dies ends the contender: what it would measure then is something else.
 */
export async function runCluster(roles: Record<string, ClusterRole>): Promise<void> {
  if (!cluster.isPrimary) {
    const name = process.argv.find((argument) => argument.startsWith(ROLE_FLAG))?.slice(ROLE_FLAG.length);
    await roles[name ?? '']?.run();
    process.send?.('serves');
    return;
  }
  const pids: ContenderReady['pids'] = {};
  const serving: Promise<unknown>[] = [];
  for (const [name, { count }] of Object.entries(roles)) {
    cluster.setupPrimary({ args: [`${ROLE_FLAG}${name}`] });
    for (let index = 0; index < count; index += 1) {
      const child = cluster.fork();
      child.once('exit', () => process.exit(1));
      (pids[name] ??= []).push(child.process.pid ?? 0);
      serving.push(once(child, 'message'));
    }
  }
  await Promise.all(serving);
  console.log(JSON.stringify({ pids } satisfies ContenderReady));
}
