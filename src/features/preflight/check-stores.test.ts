import { describe, expect, it } from '@jest/globals';
import { checkStores, type StoreFacts } from './check-stores.ts';

const MIB = 1024 ** 2;
const sound: StoreFacts = {
  redis: {
    ...{
      latencyMs: 1,
      version: '7.0',
      usedBytes: 10 * MIB,
      maxBytes: 512 * MIB,
      evictionPolicy: 'noeviction',
    },
    ...{ appendOnly: true, appendFsync: 'everysec', isWriteOk: true, commandsPerSec: 0, clients: 3 },
  },
  postgres: {
    ...{ latencyMs: 1, version: '18', connections: 12, mostConnections: 97, ownConnections: 10 },
    ...{ waitingForLock: 0, longestTransactionMs: 0, synchronousCommit: 'on', fsync: 'on' },
  },
  processes: Array.from({ length: 3 }, (_, index) => ({
    ...{ id: String(index), role: 'api', host: 'h', pid: index, startedAt: '', cpu: 0, residentBytes: 1 },
    ...{ loopLateMs: 0, clockAheadMs: 4, ageMs: 500 },
  })),
  pendingMigrations: [],
  ...{ poolSize: 10, maxInflight: 50_000, units: 1_000 },
};
const failing = (change: Partial<StoreFacts>): string[] =>
  checkStores({ ...sound, ...change }).flatMap(({ id, ok, advice }) => (ok ? [] : [`${id}: ${advice!}`]));
const redis = (change: Partial<StoreFacts['redis']>) => ({ redis: { ...sound.redis, ...change } });
const postgres = (change: Partial<StoreFacts['postgres']>) => ({
  postgres: { ...sound.postgres, ...change },
});

describe('the checks of the stores', () => {
  it('find nothing when all is sound, and then advise nothing', () => {
    expect(failing({})).toEqual([]);
    expect(checkStores(sound).some((check) => 'advice' in check)).toBe(false);
  });

  it.each<[string, Partial<StoreFacts>]>([
    ['redis_durability', redis({ appendOnly: false })],
    ['redis_durability', redis({ appendFsync: 'no' })],
    ['redis_durability', redis({ isWriteOk: false })],
    ['redis_eviction', redis({ evictionPolicy: 'allkeys-lru' })],
    ['redis_memory', redis({ maxBytes: 60 * MIB })],
    ['redis_memory', redis({ maxBytes: 0 })],
    ['redis_memory', { units: 1_000_000 }],
    ['postgres_connections', postgres({ mostConnections: 31 })],
    ['postgres_connections', { poolSize: 40 }],
    ['postgres_durability', postgres({ synchronousCommit: 'off' })],
    ['postgres_durability', postgres({ fsync: 'off' })],
    ['migrations', { pendingMigrations: ['2026_more'] }],
    ['clock', { processes: [{ ...sound.processes[0]!, clockAheadMs: -180_000 }] }],
    ['clock', { processes: [] }],
  ])('find %s wanting when %j', (id, change) => {
    const found = failing(change);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${id}: \\w`));
  });

  it('take the memory of the machine where Redis has no limit of its own', () => {
    expect(failing(redis({ maxBytes: 0, machineBytes: 8_192 * MIB }))).toEqual([]);
  });
});
