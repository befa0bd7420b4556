import { describe, expect, it } from '@jest/globals';
import type { Fault } from './fault.ts';
import { planRound } from './plan.ts';

const aFault = (name: string, group: Fault['group'], needs?: Fault['needs']): Fault => ({
  ...{ name, group, expected: '' },
  ...(needs ? { needs } : {}),
  begin: () => Promise.reject(new Error('a plan begins nothing')),
});
const faults = [
  aFault('a', 'processes'),
  aFault('b', 'redis'),
  aFault('c', 'redis'),
  aFault('alone', 'people', { alone: true }),
  aFault('queued', 'jobs', { ack: 'queued' }),
];
const plans = Array.from({ length: 200 }, (_, seed) => planRound(seed, { faults, ack: 'both' }));
const namesOf = (plan: (typeof plans)[number]): string[] => plan.faults.map(({ fault }) => fault.name);

describe('the plan of a round', () => {
  it('is the same whenever it is made, and another one for another seed', () => {
    expect(planRound(7, { faults, ack: 'both' })).toEqual(plans[7]);
    expect(planRound(8, { faults, ack: 'both' }).wishes).not.toEqual(plans[7]?.wishes);
  });

  it('lets every fault lead equally often under both levels, and twice as often when it never comes second', () => {
    const led = (name: string) => plans.filter((plan) => namesOf(plan)[0] === name);
    for (const name of ['a', 'b', 'c']) expect([28, 29]).toContain(led(name).length);
    for (const name of ['alone', 'queued']) expect([56, 57, 58]).toContain(led(name).length);
    const queued = led('a').filter(({ ack }) => ack === 'queued').length;
    expect(Math.abs(queued - 14)).toBeLessThanOrEqual(2);
    expect(led('queued').every(({ ack }) => ack === 'queued')).toBe(true);
  });

  it('puts faults of one group, or one that stands alone, into no round together', () => {
    for (const plan of plans) {
      const groups = plan.faults.map(({ fault }) => fault.group);
      expect(new Set(groups).size).toBe(groups.length);
      if (namesOf(plan).includes('alone')) expect(namesOf(plan)).toEqual(['alone']);
    }
    expect(plans.some((plan) => plan.faults.length === 2)).toBe(true);
  });

  it('plans replays of earlier wishes, by their shopper, for the same sale and quantity', () => {
    const { wishes, sales, shoppers } = planRound(3, { faults, ack: 'queued' });
    const replays = wishes.filter(({ repeats }) => repeats !== undefined);
    expect(replays.length).toBeGreaterThan(0);
    for (const { repeats = -1, sale, shopper, quantity } of replays)
      expect(wishes[repeats]).toMatchObject({ sale, shopper, quantity });
    for (const { sale, shopper, quantity } of wishes) {
      expect(quantity).toBeLessThanOrEqual(sales[sale]?.perShopperLimit ?? 0);
      expect(shopper).toBeLessThan(shoppers);
    }
  });
});
