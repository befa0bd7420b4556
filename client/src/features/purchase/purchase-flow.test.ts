import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { anAttempt } from './testing/an-attempt.ts';
import { aProblem } from './testing/a-problem.ts';
import { aBrowser, setUpFlow } from './testing/set-up-flow.ts';

const queued = anAttempt({ status: 'queued', position: 3 });
const confirmed = anAttempt({ status: 'confirmed', orderId: 'order' });

describe('a purchase', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const settle = () => jest.advanceTimersByTimeAsync(0);

  it('goes from the wish over the place in line to the outcome on the socket', async () => {
    const { flow, api, live } = setUpFlow();
    flow.start();
    await settle();
    api.answerAttempts({ kind: 'ok', body: queued });
    void flow.buy(1);
    expect(flow.current()).toMatchObject({ phase: 'asking' });
    await settle();
    expect(flow.current()).toMatchObject({ phase: 'queued', attempt: { position: 3 } });
    live.tellOutcome(confirmed);
    expect(flow.current()).toMatchObject({ phase: 'decided', attempt: { status: 'confirmed' } });
  });

  it('learns an outcome that was never published by reading the status every three seconds', async () => {
    const { flow, api } = setUpFlow();
    flow.start();
    await settle();
    api.answerAttempts({ kind: 'ok', body: queued });
    api.answerReads({ kind: 'ok', body: queued }, { kind: 'unreachable' }, { kind: 'ok', body: confirmed });
    void flow.buy(1);
    await jest.advanceTimersByTimeAsync(6_000);
    expect(flow.current().phase).toBe('queued');
    await jest.advanceTimersByTimeAsync(3_000);
    expect(flow.current().phase).toBe('decided');
    await jest.advanceTimersByTimeAsync(30_000);
    expect(api.reads).toHaveLength(1 + 3);
  });

  it('asks again with the same key until the answer comes through', async () => {
    const { flow, api } = setUpFlow();
    flow.start();
    await settle();
    api.answerAttempts(
      { kind: 'unreachable' },
      aProblem('outcome_unknown', 1_000),
      aProblem('gate_closed', 2_000),
      aProblem('rate_limited', 1_000),
      { kind: 'ok', body: queued },
    );
    void flow.buy(1);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(flow.current().phase).toBe('queued');
    expect(api.attemptKeys).toEqual(['key-1', 'key-1', 'key-1', 'key-1', 'key-1']);
  });

  it('uses a new key for the next wish once the gate refused', async () => {
    const { flow, api } = setUpFlow();
    flow.start();
    await settle();
    api.answerAttempts(aProblem('sold_out'), aProblem('limit_reached'));
    await flow.buy(1);
    expect(flow.current()).toMatchObject({ phase: 'refused', code: 'sold_out' });
    await flow.buy(1);
    expect(flow.current()).toMatchObject({ phase: 'refused', code: 'limit_reached' });
    expect(api.attemptKeys).toEqual(['key-1', 'key-2']);
  });

  it('goes on asking for as long as the answers stay lost, and at once when the connection is back', async () => {
    const { flow, api, live } = setUpFlow();
    flow.start();
    await settle();
    void flow.buy(2);
    await jest.advanceTimersByTimeAsync(600_000);
    expect(flow.current()).toMatchObject({ phase: 'asking', quantity: 2, setback: 'unreachable' });
    const tries = api.attemptKeys.length;
    expect(tries).toBeGreaterThan(600 / 8);
    api.answerAttempts({ kind: 'ok', body: confirmed });
    live.connect();
    await settle();
    expect(flow.current().phase).toBe('decided');
    expect(api.attemptKeys).toHaveLength(tries + 1);
    expect(new Set(api.attemptKeys).size).toBe(1);
  });

  it('waits as long as it was told to, also when the connection comes back meanwhile', async () => {
    const { flow, api, live } = setUpFlow();
    flow.start();
    await settle();
    api.answerAttempts(aProblem('overloaded', 5_000), { kind: 'ok', body: queued });
    void flow.buy(1);
    await settle();
    live.connect();
    await jest.advanceTimersByTimeAsync(4_999);
    expect(api.attemptKeys).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(flow.current().phase).toBe('queued');
  });

  it('asks again by itself when its clock was a little early, and tells when it was far too early', async () => {
    const { flow, api } = setUpFlow();
    flow.start();
    await settle();
    api.answerAttempts(aProblem('sale_not_started', 1_000), { kind: 'ok', body: queued });
    void flow.buy(1);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(flow.current().phase).toBe('queued');
    expect(new Set(api.attemptKeys).size).toBe(1);
    const early = setUpFlow();
    early.flow.start();
    await settle();
    early.api.answerAttempts(aProblem('sale_not_started', 60_000));
    await early.flow.buy(1);
    expect(early.flow.current()).toMatchObject({ phase: 'refused', code: 'sale_not_started' });
  });

  it('makes one attempt of clicks in two tabs', async () => {
    const browser = aBrowser();
    const first = setUpFlow({ browser });
    const second = setUpFlow({ browser, keyPrefix: 'other' });
    first.flow.start();
    second.flow.start();
    await settle();
    void first.flow.buy(1);
    await settle();
    expect(second.flow.current().phase).toBe('asking');
    void second.flow.buy(1);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(new Set([...first.api.attemptKeys, ...second.api.attemptKeys])).toEqual(new Set(['key-1']));
    expect(second.api.attemptKeys.length).toBeGreaterThan(0);
  });

  it('leaves a wish alone that a tab of long ago left', async () => {
    const browser = aBrowser();
    const stop = (() => {
      const { flow } = setUpFlow({ browser });
      const end = flow.start();
      void flow.buy(1);
      return end;
    })();
    await settle();
    stop();
    await jest.advanceTimersByTimeAsync(60_000);
    const later = setUpFlow({ browser });
    later.flow.start();
    await settle();
    expect(later.api.attemptKeys).toEqual([]);
  });

  it('tells after a reload what was confirmed, and what was rejected only a while', async () => {
    const rejected = anAttempt({
      status: 'rejected',
      reason: 'sold_out',
      settledAt: new Date(-1_000).toISOString(),
    });
    const longAgo = { ...rejected, settledAt: new Date(-600_001).toISOString() };
    for (const [body, phase] of [
      [confirmed, 'decided'],
      [rejected, 'decided'],
      [longAgo, 'idle'],
    ] as const) {
      const { flow, api } = setUpFlow();
      api.answerReads({ kind: 'ok', body });
      flow.start();
      await settle();
      expect(flow.current().phase).toBe(phase);
    }
  });

  it('takes a refusal off the page when the sale goes on, and leaves an order there', async () => {
    const { flow, api } = setUpFlow();
    flow.start();
    await settle();
    api.answerAttempts(aProblem('sold_out'), { kind: 'ok', body: confirmed });
    await flow.buy(1);
    flow.dismiss();
    expect(flow.current().phase).toBe('idle');
    await flow.buy(1);
    flow.dismiss();
    expect(flow.current().phase).toBe('decided');
  });

  it('takes up, after a reload, the wish whose answer was lost, with its key', async () => {
    const first = setUpFlow();
    const stop = first.flow.start();
    await settle();
    void first.flow.buy(1);
    await settle();
    stop();
    const second = setUpFlow({ storage: first.storage });
    second.api.answerAttempts({ kind: 'ok', body: confirmed });
    second.flow.start();
    await settle();
    expect(second.flow.current().phase).toBe('decided');
    expect(second.api.attemptKeys).toEqual(['key-1']);
    const third = setUpFlow({ storage: first.storage });
    third.flow.start();
    await settle();
    expect(third.api.attemptKeys).toEqual([]);
  });

  it('shows the place in line of an attempt that another page made', async () => {
    const { flow, api } = setUpFlow();
    api.answerReads({ kind: 'ok', body: queued });
    flow.start();
    await settle();
    expect(flow.current()).toMatchObject({ phase: 'queued', attempt: { position: 3 } });
  });

  it('goes on asking for that attempt while the gate is being rebuilt', async () => {
    const { flow, api } = setUpFlow();
    api.answerReads(aProblem('gate_closed'), { kind: 'unreachable' }, { kind: 'ok', body: queued });
    flow.start();
    await jest.advanceTimersByTimeAsync(6_000);
    expect(flow.current().phase).toBe('queued');
  });

  it('asks again with the same key when its place in line was lost', async () => {
    const { flow, api } = setUpFlow();
    flow.start();
    await settle();
    api.answerAttempts({ kind: 'ok', body: queued }, { kind: 'ok', body: confirmed });
    api.answerReads(aProblem('attempt_not_found'));
    void flow.buy(1);
    await jest.advanceTimersByTimeAsync(3_000);
    expect(flow.current().phase).toBe('decided');
    expect(api.attemptKeys).toEqual(['key-1', 'key-1']);
  });

  it('believes an outcome that overtakes the answer to its attempt', async () => {
    const { flow, api, live } = setUpFlow();
    flow.start();
    await settle();
    api.answerAttempts({ kind: 'ok', body: queued });
    void flow.buy(1);
    live.tellOutcome(confirmed);
    await settle();
    expect(flow.current().phase).toBe('decided');
  });

  it('ignores a second click while a wish is under way', async () => {
    const { flow, api } = setUpFlow();
    flow.start();
    await settle();
    api.answerAttempts({ kind: 'ok', body: queued });
    void flow.buy(1);
    void flow.buy(1);
    await settle();
    expect(api.attemptKeys).toEqual(['key-1']);
  });
});
