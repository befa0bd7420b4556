import { describe, expect, it } from '@jest/globals';
import { until } from './until.ts';

describe('until', () => {
  it('returns what the condition returned once it holds', async () => {
    let asked = 0;
    expect(await until(() => (++asked < 3 ? null : asked), { everyMs: 1 })).toBe(3);
  });

  it('takes a throwing condition for not yet, and shows its error when time is up', async () => {
    const failing = until(() => Promise.reject(new Error('nobody home')), { timeoutMs: 5, everyMs: 1 });
    await expect(failing).rejects.toMatchObject({
      message: 'the condition does not hold within 5 ms',
      cause: new Error('nobody home'),
    });
  });
});
