import type { Redis } from 'ioredis';
import { CHANNELS, saleKeys } from '../../infrastructure/redis/keys.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';

const changeScript = loadScript(new URL('./change-gate.lua', import.meta.url));

export interface GateSettings {
  saleId: string;
  state: 'active' | 'paused' | 'stopped';
  startsAtMs: number;
  endsAtMs: number;
  perShopperLimit: number;
}

export type ChangeGate = (settings: GateSettings) => Promise<void>;

/** Puts a sale's settings in force at its gate, at once for every process, and tells every process. Repeatable. */
export function createChangeGate({ redis }: { redis: Redis }): ChangeGate {
  return async ({ saleId, state, startsAtMs, endsAtMs, perShopperLimit }) => {
    await changeScript.run(
      redis,
      [saleKeys(saleId).gate],
      ['state', state, 'startsAt', startsAtMs, 'endsAt', endsAtMs, 'limit', perShopperLimit],
    );
    await redis.publish(CHANNELS.saleChanged, saleId);
  };
}
