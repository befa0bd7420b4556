import { describe, expect, it } from '@jest/globals';
import { createServerClock } from './server-clock.ts';

function setUp() {
  let elapsedMs = 0;
  const clock = createServerClock({ monotonicMs: () => elapsedMs, wallClockMs: () => 1_000_000 + elapsedMs });
  const observe = (serverMs: number) => clock.observe(new Date(serverMs).toISOString());
  return { clock, observe, pass: (ms: number) => (elapsedMs += ms) };
}

describe('the server clock', () => {
  it('runs on the wall clock until the first body', () => {
    const { clock, pass } = setUp();
    pass(500);
    expect(clock.now()).toBe(1_000_500);
  });

  it('follows the server once it has spoken, also back in time', () => {
    const { clock, observe, pass } = setUp();
    observe(5_000);
    pass(250);
    expect(clock.now()).toBe(5_250);
  });

  it('is not set back by a body that was long on its way', () => {
    const { clock, observe, pass } = setUp();
    observe(5_000);
    pass(2_000);
    observe(6_200);
    expect(clock.now()).toBe(7_000);
  });

  it('forgets old bodies, so that a wrong one does not stay for ever', () => {
    const { clock, observe, pass } = setUp();
    observe(900_000);
    pass(121_000);
    observe(126_000);
    expect(clock.now()).toBe(126_000);
  });

  const sample = (serverMs: number, askedAt: number, tookMs: number) => ({
    serverTime: new Date(serverMs).toISOString(),
    askedAt,
    answeredAt: askedAt + tookMs,
  });

  it('takes an answer to have been given half its round trip ago', () => {
    const { clock, pass } = setUp();
    pass(100);
    clock.observeRound([sample(5_050, 0, 100)]);
    expect(clock.now()).toBe(5_100);
  });

  it('drops the slow answers of a round and takes the middle of the others', () => {
    const { clock, pass } = setUp();
    pass(1_000);
    const slow = sample(9_000, 200, 600);
    clock.observeRound([sample(5_010, 0, 20), slow, sample(5_111, 100, 20), sample(5_162, 150, 20)]);
    expect(clock.now()).toBe(6_001);
  });

  it('believes the last round alone: before it the device may have slept', () => {
    const { clock, pass } = setUp();
    clock.observeRound([sample(900_000, 0, 0)]);
    clock.observeRound([sample(5_000, 0, 0)]);
    pass(10);
    expect(clock.now()).toBe(5_010);
  });

  it('knows how far the device’s clock is off once the server has spoken', () => {
    const { clock, observe } = setUp();
    expect(clock.deviceAheadMs()).toBeUndefined();
    observe(820_000);
    expect(clock.deviceAheadMs()).toBe(180_000);
  });

  it('ignores what is no time', () => {
    const { clock } = setUp();
    clock.observe('soon');
    expect(clock.now()).toBe(1_000_000);
  });
});
