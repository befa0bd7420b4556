import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InstanceFile } from '../../src/infrastructure/embedded/instance-file.ts';
import type { LineName } from './fault.ts';
import type { Random } from './random.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** The proxies of the campaign, one a line. */
export interface Lines {
  proxies: Record<LineName, TcpProxy>;
  /** The faults of lines draw from this stream from now on. */
  seed(random: Random): void;
  healAll(): void;
  close(): Promise<void>;
}

/** Opens a proxy for each line of the instance in this folder, whose services may move. */
export async function openLines(dataDir: string, apiPort: () => number): Promise<Lines> {
  let stream: Random | undefined;
  const random = (): number => stream?.next() ?? Math.random();
  const toRedis = { targetPort: () => portOf(dataDir, 'redisUrl'), random };
  const toPostgres = { targetPort: () => portOf(dataDir, 'databaseUrl'), random };
  const proxies: Record<LineName, TcpProxy> = {
    'api-redis': await startTcpProxy(toRedis),
    'worker-redis': await startTcpProxy(toRedis),
    'api-postgres': await startTcpProxy(toPostgres),
    'worker-postgres': await startTcpProxy(toPostgres),
    'client-api': await startTcpProxy({ targetPort: apiPort, random }),
  };
  const all = Object.values(proxies);
  return {
    proxies,
    seed: (random) => (stream = random),
    healAll: () => all.forEach((proxy) => proxy.heal()),
    async close() {
      await Promise.all(all.map((proxy) => proxy.close()));
    },
  };
}

/** Where a service of the instance listens just now; 1, where nobody does, while it is down. */
function portOf(dataDir: string, service: 'redisUrl' | 'databaseUrl'): number {
  try {
    const file = JSON.parse(readFileSync(join(dataDir, 'instance.json'), 'utf8')) as InstanceFile;
    return Number(new URL(file[service]).port);
  } catch {
    return 1;
  }
}
