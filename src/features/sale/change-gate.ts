import { CHANNELS, KEPT_AFTER_END_MS, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';

const changeScript = loadScript(new URL('./change-gate.lua', import.meta.url));

export interface GateSettings {
  saleId: string;
  /** `flash_sales.version` with this change. */
  version: number;
  state: 'active' | 'paused' | 'stopped';
  startsAtMs: number;
  endsAtMs: number;
  perShopperLimit: number;
}

export type ChangeGate = (settings: GateSettings) => Promise<void>;

/**
 * Puts a sale's settings in force at its gate, at once for every process, and tells every process. Repeatable; settings of
 * an older version than the gate's have no effect.
 */
export function createChangeGate({ redis }: { redis: Redis }): ChangeGate {
  return async ({ saleId, version, state, startsAtMs, endsAtMs, perShopperLimit }) => {
    const { gate, prefix } = saleKeys(saleId);
    const settings = ['state', state, 'startsAt', startsAtMs, 'endsAt', endsAtMs, 'limit', perShopperLimit];
    await changeScript.run(redis, [gate], [version, prefix, endsAtMs + KEPT_AFTER_END_MS, ...settings]);
    await redis.publish(CHANNELS.saleChanged, saleId);
  };
}
