import { findSecret } from '../../src/commands/lib/find-secret.ts';
import { openServices, type Services } from '../../src/commands/lib/open-services.ts';
import {
  createAccessTokens,
  MOST_LIFETIME_SEC,
  type AccessTokens,
} from '../../src/features/account/access-token.ts';
import type { Seller } from './contender.ts';
import { createStampedeSeller } from './stampede-seller.ts';
import { startStampede } from './start-stampede.ts';

/** An instance of Stampede that one work has for itself. */
export interface Shop {
  seller: Seller;
  services: Services;
  tokens: AccessTokens;
  /** Goes with the instance. */
  folder: string;
  /** May be called again. */
  stop(): Promise<void>;
}

/** Starts one with empty stores: so many API processes, one worker, with these variables besides. */
export async function startShop({
  apiProcesses,
  maxInflight,
  variables = {},
}: {
  apiProcesses: number;
  maxInflight: number;
  variables?: Record<string, string>;
}): Promise<Shop> {
  const instance = await startStampede({
    ...{ WEB_CONCURRENCY: String(apiProcesses), SETTLE_CONCURRENCY: '1', DEMO: '0', NODE_ENV: 'production' },
    ...{ MAX_INFLIGHT: String(maxInflight), ...variables },
  });
  try {
    const urls = await instance.read();
    const services = await openServices(urls);
    const secret = await findSecret({ jwtSecret: undefined, dataDir: instance.dataDir }, urls);
    return {
      seller: await createStampedeSeller(instance, services, { maxInflight }),
      services,
      tokens: createAccessTokens({ secret, lifetimeSec: MOST_LIFETIME_SEC }),
      folder: instance.dataDir,
      async stop() {
        await services.close();
        await instance.stop();
      },
    };
  } catch (error) {
    await instance.stop();
    throw error;
  }
}
