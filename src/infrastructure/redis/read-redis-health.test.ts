import { describe, expect, it } from '@jest/globals';
import type { RedisHealthBody } from '../../contracts/live-http.ts';
import { worstOf } from './read-redis-health.ts';

const sound: RedisHealthBody = {
  ...{ latencyMs: 1, version: '7.0', usedBytes: 10, maxBytes: 100, machineBytes: 900 },
  ...{ evictionPolicy: 'noeviction', appendOnly: true, appendFsync: 'everysec', isWriteOk: true },
  ...{ commandsPerSec: 5, clients: 3 },
};

describe('how several Redis servers are', () => {
  it('is how the one is when there is but one', () => {
    expect(worstOf([sound])).toEqual(sound);
  });

  it.each<[string, Partial<RedisHealthBody>]>([
    ['is slow', { latencyMs: 40 }],
    ['throws away what it has no room for', { evictionPolicy: 'allkeys-lru' }],
    ['keeps no file', { appendOnly: false }],
    ['leaves its file to the system', { appendFsync: 'no' }],
    ['cannot write', { isWriteOk: false }],
    ['is nearly full', { usedBytes: 90 }],
    ['has all of its small machine', { usedBytes: 20, maxBytes: 0, machineBytes: 30 }],
  ])('is told by the one that %s, wherever it stands', (_what, worse) => {
    for (const servers of [
      [sound, { ...sound, ...worse }],
      [{ ...sound, ...worse }, sound],
    ])
      expect(worstOf(servers)).toEqual({ ...sound, ...worse, commandsPerSec: 10, clients: 6 });
  });
});
