import { describe, expect, it } from '@jest/globals';
import { awaitQuietHost } from './await-quiet-host.ts';
import type { CoreTime } from './machine.ts';

/** A host that takes these shares of the cores, one between each look and the next. */
function hostOf(shares: readonly number[]) {
  let looks = 0;
  const read = (): Promise<CoreTime> => {
    const stolen = shares.slice(0, looks).reduce((sum, share) => sum + share * 1_000, 0);
    looks += 1;
    return Promise.resolve({ total: (looks - 1) * 1_000, stolen });
  };
  return { read, looks: () => looks };
}

describe('waiting for a quiet host', () => {
  it('goes on as soon as the host took less than a hundredth', async () => {
    const host = hostOf([0.4, 0.01, 0.009, 0]);
    await awaitQuietHost(60_000, { read: host.read, lookedAtForMs: 1 });
    expect(host.looks()).toBe(4);
  });

  it('goes on after the longest it may wait', async () => {
    const host = hostOf(Array.from({ length: 1_000 }, () => 0.5));
    const waitedMs = await awaitQuietHost(50, { read: host.read, lookedAtForMs: 10 });
    expect(host.looks()).toBeGreaterThan(1);
    expect(host.looks()).toBeLessThanOrEqual(6);
    expect(waitedMs).toBeGreaterThan(9);
  });

  it('does not look when it may not wait', async () => {
    const host = hostOf([0.5]);
    await awaitQuietHost(0, { read: host.read });
    expect(host.looks()).toBe(1);
  });

  it('does not wait where the system does not tell what was stolen', async () => {
    const waitedMs = await awaitQuietHost(60_000, { read: () => Promise.resolve(null) });
    expect(waitedMs).toBeLessThan(1_000);
  });
});
