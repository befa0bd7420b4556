import { epochKeys, KEPT_AFTER_END_MS, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';
import type { Change } from '../operator/make-once.ts';

const holdScript = loadScript(new URL('./hold-units.lua', import.meta.url));
const dropScript = loadScript(new URL('./drop-held.lua', import.meta.url));

/** Units an operator takes off a sale, and all that is needed to finish it should whoever asked be gone. */
export interface HeldUnits {
  saleId: string;
  stockId: string;
  /** The gate's when they were held; the change is made in this epoch or not at all. */
  epoch: number;
  changeId: string;
  units: number;
  change: Change;
  /** On the gate's clock. */
  heldAtMs: number;
}

type Asked = Pick<HeldUnits, 'change' | 'heldAtMs'>;

export type HoldReply =
  { kind: 'held' } | { kind: 'too-few'; left: number } | { kind: 'closed'; epoch: number };

/** Takes units from the gate's tokens for a change (see hold-units.lua). Repeatable. */
export async function holdUnits(
  { redis, runId }: { redis: Redis; runId: RunId },
  { saleId, epoch, changeId, units, change, heldAtMs }: HeldUnits,
): Promise<HoldReply> {
  const server = runId.of(saleId);
  if (server === null) return { kind: 'closed', epoch: 0 };
  const { tokens, changes } = epochKeys(saleId, epoch);
  const asked: Asked = { change, heldAtMs };
  const [code, number = 0] = (await holdScript.run(
    redis,
    [saleKeys(saleId).gate, tokens, changes],
    [server, epoch, changeId, units, JSON.stringify(asked), KEPT_AFTER_END_MS],
  )) as [number, number?];
  if (code === 1) return { kind: 'held' };
  return code === 0 ? { kind: 'too-few', left: number } : { kind: 'closed', epoch: number };
}

/** Ends a hold (see drop-held.lua). Repeatable. */
export async function dropHeld(
  redis: Redis,
  { saleId, epoch, changeId }: Pick<HeldUnits, 'saleId' | 'epoch' | 'changeId'>,
  { giveBack }: { giveBack: boolean },
): Promise<void> {
  const { tokens, changes } = epochKeys(saleId, epoch);
  await dropScript.run(
    redis,
    [saleKeys(saleId).gate, tokens, changes],
    [epoch, changeId, giveBack ? '1' : '0'],
  );
}

/** What is held of a sale in an epoch. */
export async function readHeld(
  redis: Redis,
  { saleId, stockId, epoch }: Pick<HeldUnits, 'saleId' | 'stockId' | 'epoch'>,
): Promise<HeldUnits[]> {
  const records = await redis.hgetall(epochKeys(saleId, epoch).changes);
  return Object.entries(records).map(([changeId, record]) => {
    const asked = JSON.parse(record.slice(record.indexOf('|') + 1)) as Asked;
    return { saleId, stockId, epoch, changeId, units: unitsHeld(record), ...asked };
  });
}

export function unitsHeld(record: string): number {
  return Number.parseInt(record, 10);
}
