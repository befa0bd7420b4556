import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { anAttempt } from './testing/an-attempt.ts';
import { aProblem } from './testing/a-problem.ts';
import { setUpFlow } from './testing/set-up-flow.ts';

const queued = anAttempt({ status: 'queued', position: 3 });

describe('a purchase and who is signed in', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const settle = () => jest.advanceTimersByTimeAsync(0);

  it('does not send one shopper’s wish in the name of another', async () => {
    const { flow, api, session } = setUpFlow();
    flow.start();
    await settle();
    void flow.buy(1);
    await settle();
    session.signIn('bob');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(api.attemptKeys).toEqual(['key-1']);
    expect(flow.current().phase).toBe('idle');
  });

  it('makes a guest for the first wish of somebody who is not signed in', async () => {
    const { flow, api } = setUpFlow({ shopperId: undefined });
    flow.start();
    await settle();
    api.answerAttempts({ kind: 'ok', body: queued });
    void flow.buy(1);
    expect(flow.current().phase).toBe('signing_in');
    await settle();
    expect(flow.current().phase).toBe('queued');
    expect(api.attemptKeys).toEqual(['key-1']);
  });

  it('tries to become a guest a few times, then says that nothing was asked for', async () => {
    const { flow, api } = setUpFlow({ shopperId: undefined, guest: { kind: 'unreachable' } });
    flow.start();
    void flow.buy(1);
    await settle();
    expect(flow.current().phase).toBe('signing_in');
    await jest.advanceTimersByTimeAsync(30_000);
    expect(flow.current()).toMatchObject({ phase: 'refused', code: 'unreachable' });
    expect(api.attemptKeys).toEqual([]);
  });

  it('asks to sign in where guests are not wanted', async () => {
    const { flow } = setUpFlow({ shopperId: undefined, guest: aProblem('not_found') });
    flow.start();
    await flow.buy(1);
    expect(flow.current().phase).toBe('sign_in_needed');
  });

  /** A wish of Ann's that got no answer yet. */
  const setUpPending = async () => {
    const all = setUpFlow();
    all.flow.start();
    await settle();
    void all.flow.buy(1);
    await settle();
    return all;
  };

  it('keeps a wish whose shopper’s session ended, and goes on with it when they sign in again', async () => {
    const { flow, api, session } = await setUpPending();
    session.expire();
    expect(flow.current()).toMatchObject({ phase: 'refused', code: 'unauthenticated' });
    await jest.advanceTimersByTimeAsync(60_000);
    expect(api.attemptKeys).toEqual(['key-1']);
    api.answerAttempts({ kind: 'ok', body: queued });
    session.signIn('ann');
    await settle();
    expect(flow.current().phase).toBe('queued');
    expect(api.attemptKeys).toEqual(['key-1', 'key-1']);
  });

  it('says nothing of a wish to who signed out by themselves', async () => {
    const { flow, session } = await setUpPending();
    session.signOut();
    expect(flow.current().phase).toBe('idle');
  });
});
