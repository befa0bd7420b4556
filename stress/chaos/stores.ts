import { findSecret } from '../../src/commands/lib/find-secret.ts';
import { openServices, type Services } from '../../src/commands/lib/open-services.ts';
import {
  createAccessTokens,
  MOST_LIFETIME_SEC,
  type AccessTokens,
} from '../../src/features/account/access-token.ts';
import type { OwnInstance } from './instance.ts';

/** The campaign's own connections, past every proxy. */
export interface Stores {
  now(): Services;
  tokens: AccessTokens;
  /** The services moved. */
  openAgain(): Promise<void>;
  close(): Promise<void>;
}

export async function openStores(instance: OwnInstance): Promise<Stores> {
  const file = await instance.read();
  const secret = await findSecret({ jwtSecret: undefined, dataDir: instance.dataDir }, file);
  let services = await openServices(file);
  return {
    now: () => services,
    tokens: createAccessTokens({ secret, lifetimeSec: MOST_LIFETIME_SEC }),
    async openAgain() {
      const next = await openServices(await instance.read());
      await services.close();
      services = next;
    },
    close: () => services.close(),
  };
}
