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

  it('ignores what is no time', () => {
    const { clock } = setUp();
    clock.observe('soon');
    expect(clock.now()).toBe(1_000_000);
  });
});
