import { describe, expect, it } from '@jest/globals';
import type { Answer, Http } from './http.ts';
import { keepTime } from './keep-time.ts';
import type { TimeSample } from './server-clock.ts';

function setUp(answer: () => Answer<{ serverTime: string }>) {
  let nowMs = 0;
  let comeBack = () => {};
  let connect = () => {};
  const rounds: (readonly TimeSample[])[] = [];
  keepTime({
    http: (async () => {
      nowMs += 40;
      return answer();
    }) as Http,
    live: { onConnect: (listener) => ((connect = listener), () => {}) },
    clock: { observeRound: (samples) => void rounds.push(samples) },
    monotonicMs: () => nowMs,
    onReturn: (listener) => (comeBack = listener),
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    rounds,
    settle,
    comeBack: () => comeBack(),
    connect: () => connect(),
    pass: (ms: number) => (nowMs += ms),
  };
}

const TIME = { kind: 'ok', body: { serverTime: '2026-01-01T00:00:00.000Z' } } as const;

describe('keepTime', () => {
  it('asks several times at the start, and knows how long each question took', async () => {
    const { rounds, settle } = setUp(() => TIME);
    await settle();
    expect(rounds).toHaveLength(1);
    expect(rounds[0]).toHaveLength(5);
    expect(rounds[0]?.[1]).toEqual({ serverTime: TIME.body.serverTime, askedAt: 40, answeredAt: 80 });
  });

  it('asks again when the shopper comes back and when the line does, but not in quick succession', async () => {
    const { rounds, settle, comeBack, connect, pass } = setUp(() => TIME);
    await settle();
    connect();
    await settle();
    expect(rounds).toHaveLength(1);
    pass(10_000);
    comeBack();
    connect();
    await settle();
    expect(rounds).toHaveLength(2);
  });

  it('learns nothing from a round without an answer, and asks at the next occasion', async () => {
    let isReachable = false;
    const { rounds, settle, connect } = setUp(() => (isReachable ? TIME : { kind: 'unreachable' }));
    await settle();
    expect(rounds).toEqual([]);
    isReachable = true;
    connect();
    await settle();
    expect(rounds).toHaveLength(1);
  });
});
